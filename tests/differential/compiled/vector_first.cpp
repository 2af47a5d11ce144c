#include <vector>
#include <iostream>
#include <algorithm>

int main() {
    std::vector<int> all{3, 1, 2};
    std::sort(all.begin(), all.end());
    for (int each : all) std::cout << each << '\n';
}
