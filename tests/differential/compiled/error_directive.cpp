#include <iostream>
#error "stop here"
int main() { std::cout << "done\n"; }
