#include <iostream>

int main() {
    std::cout << "a" << std::endl
    return 0;
