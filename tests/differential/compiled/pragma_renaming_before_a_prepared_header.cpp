#pragma redefine_extname strcoll strcmp
#include <iostream>
#include <cstring>

int main() { std::cout << strcoll("a", "b") << '\n'; }
