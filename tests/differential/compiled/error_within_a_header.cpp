// first line

#include <algorithm>
#include <iostream>
#include <vector>

struct Plain {};

int main() {
    std::vector<Plain> all(3);
    std::sort(all.begin(), all.end());
    std::cout << all[0];
}
