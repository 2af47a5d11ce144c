#pragma GCC diagnostic error "-Wunused-variable"
#include <iostream>

int main() { int never; }
