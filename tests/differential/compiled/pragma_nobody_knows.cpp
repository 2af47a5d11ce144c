#pragma nobody knows
#pragma omp parallel
#include <iostream>
int main() { std::cout << "done\n"; }
