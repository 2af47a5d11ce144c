#include <algorithm>
#include <array>
#include <iostream>

constexpr auto primes = [] {
    std::array<bool, 500> composite{};
    for (int i = 2; i < 500; i++)
        for (int j = 2 * i; j < 500; j += i) composite[j] = true;
    return composite;
}();
static_assert(std::count(primes.begin() + 2, primes.end(), false) == 95);

int main() { std::cout << primes[499]; }
