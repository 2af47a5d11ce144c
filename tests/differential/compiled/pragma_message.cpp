#pragma message "told"
#include <iostream>
int main() { std::cout << "done\n"; }
