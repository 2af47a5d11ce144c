#pragma GCC push_options
#pragma GCC optimize("O0")
#include <vector>
#pragma GCC pop_options

int main(int count, char **) { std::vector<int> all(count); return all.at(0); }
