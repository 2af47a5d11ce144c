#include <cstdint>
#include <iostream>

int main() { std::cout << INT64_MAX << '\n'; }
