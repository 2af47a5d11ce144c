#pragma GCC system_header
#include <iostream>

int main() { int never; }
