#include <bits/stdc++.h>

struct Plain {};

int main() {
    std::vector<Plain> all(3);
    std::ranges::sort(all);
}
