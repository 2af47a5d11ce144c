#define HEADER <iostream>
#include HEADER
int main() { std::cout << "done\n"; }
