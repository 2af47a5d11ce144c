#include <cmath>

double sin(double value) { return value; }
int y1 = 3;
int main() {}
