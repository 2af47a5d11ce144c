extern "C" {
#include <stdio.h>
}
#include <iostream>
int main() { std::cout << "done\n"; }
