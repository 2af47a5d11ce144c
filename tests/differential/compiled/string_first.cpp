#include <string>
#include <cstdio>

int main() {
    std::string text = std::to_string(42) + "x";
    std::puts(text.c_str());
}
