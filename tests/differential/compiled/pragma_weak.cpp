#pragma weak elsewhere
#include <iostream>

int elsewhere();
int main() { std::cout << (&elsewhere == nullptr) << '\n'; }
