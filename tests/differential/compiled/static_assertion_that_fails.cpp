#include <map>

static_assert(sizeof(std::map<int, int>) == 1, "not that small");
int main() {}
