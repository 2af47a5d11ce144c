#include <iostream>
#include <vector>
#include <cstring>

int main() {
    std::vector<int> all;
    char small[4];
    std::strcpy(small, "much too long");
    std::memset(&all, 0, sizeof all);
    std::cout << small << all[-1];
}
