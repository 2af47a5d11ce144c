#if __has_include(<iostream>) && __cplusplus >= 202002L
#include <iostream>
#else
#error "no"
#endif
int main() { std::cout << "done\n"; }
