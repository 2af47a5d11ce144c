#define private public
#include <map>
#undef private

struct A { private: int x; };
int main() { std::map<int, int> found; return found._M_t._M_impl._M_node_count; }
