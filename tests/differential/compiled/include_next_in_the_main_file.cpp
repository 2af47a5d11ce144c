#include_next <iostream>
int main() { std::cout << "done\n"; }
