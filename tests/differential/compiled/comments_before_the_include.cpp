/* a program
   of mine */

// and more
#include <iostream>

int main() { std::cout << "done\n"; }
