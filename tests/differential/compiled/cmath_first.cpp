#include <cmath>
#include <cstdio>

int main() { std::printf("%.6f %d\n", std::sin(1.0) + std::cbrt(8.0), abs(-3)); }
