#include <iostream>

int main() {
    std::vector<int> all{1};
    std::sort(all.begin(), all.end());
    std::map<int, int> found;
    std::cout << std::sqrt(2) << all.size() << INT_MAX << '\n';
    assert(found.empty());
}
