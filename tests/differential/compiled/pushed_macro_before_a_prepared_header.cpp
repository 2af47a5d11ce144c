#define KEPT 5
#pragma push_macro("KEPT")
#undef KEPT
#include <iostream>
#pragma pop_macro("KEPT")

int main() { std::cout << KEPT << '\n'; }
