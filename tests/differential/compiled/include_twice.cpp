#include <iostream>
#include <iostream>
#include <ostream>
int main() { std::cout << "done\n"; }
