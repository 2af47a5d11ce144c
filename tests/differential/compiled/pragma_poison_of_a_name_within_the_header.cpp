#pragma GCC poison basic_string
#include <string>

int main() {}
