#pragma redefine_extname puts fputs_of_mine
#include <cstdio>
#include <vector>

int main() { std::puts("x"); }
