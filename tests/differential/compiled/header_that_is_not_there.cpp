#include <iostream>
#include <nothing/here.h>
int main() { std::cout << "done\n"; }
