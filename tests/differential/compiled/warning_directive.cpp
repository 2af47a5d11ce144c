#include <iostream>
#warning "only told"
int main() { std::cout << "done\n"; }
