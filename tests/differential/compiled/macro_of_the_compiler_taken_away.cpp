#undef _GNU_SOURCE
#include <iostream>
#ifdef _GNU_SOURCE
int main() { std::cout << "defined\n"; }
#else
int main() { std::cout << "taken\n"; }
#endif
