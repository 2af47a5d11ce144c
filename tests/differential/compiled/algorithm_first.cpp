#include <algorithm>
#include <array>
#include <iostream>

int main() {
    std::array<int, 3> all{3, 1, 2};
    std::ranges::sort(all);
    std::cout << all[0] << std::max({1, 5, 2}) << '\n';
}
