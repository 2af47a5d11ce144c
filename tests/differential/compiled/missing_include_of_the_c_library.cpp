#include <vector>

int main() {
    printf("%d\n", 1);
    std::cout << 1;
}
