#pragma GCC poison strcpy gets
#include <iostream>

int main() { char a[9]; strcpy(a, "x"); }
