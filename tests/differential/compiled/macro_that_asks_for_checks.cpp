#define _GLIBCXX_DEBUG
#include <vector>
#include <iostream>

int main() { std::cout << sizeof(std::vector<int>) << '\n'; }
