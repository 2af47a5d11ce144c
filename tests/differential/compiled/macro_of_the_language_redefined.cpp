#undef __cplusplus
#define __cplusplus 201103L
#include <vector>

int main() { std::vector<int> all; return std::size(all); }
