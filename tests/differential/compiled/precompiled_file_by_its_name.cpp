#include <iostream.gch>
#include <iostream>
int main() { std::cout << "done\n"; }
