#include <iostream>

int elsewhere(int);
int main() { std::cout << elsewhere(1); }
