#line 100 "other.cpp"
#include <iostream>

int main() { std::cout << std::vector<int>{}; int x = "a"; }
