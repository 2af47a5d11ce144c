#pragma GCC visibility push(hidden)
#include <iostream>

int seen() { return 3; }
#pragma GCC visibility pop
int main() { std::cout << seen(); }
