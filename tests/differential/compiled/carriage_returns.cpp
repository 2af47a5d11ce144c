#include <iostream>

int main() { std::cout << "done\n"; }
int twice(int x) { return x + y; }
