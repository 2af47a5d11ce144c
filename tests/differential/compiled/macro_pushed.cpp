#define EOF 5
#pragma push_macro("EOF")
#undef EOF
#include <cstdio>
#pragma pop_macro("EOF")

int main() { std::printf("%d\n", EOF); }
