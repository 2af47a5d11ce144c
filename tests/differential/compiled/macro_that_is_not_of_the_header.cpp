#define MOST_OF_ALL 7
#define loop(i, n) for (int i = 0; i < (n); i++)
#include <iostream>

int main() { loop(at, MOST_OF_ALL) std::cout << at; }
