#include <bits/stdc++.h>

template <std::integral T> T twice(T value) { return value * 2; }

int main() {
    auto even = std::views::iota(1, 20) | std::views::filter([](int x) { return x % 2 == 0; });
    for (int x : even) std::cout << twice(x) << ' ';
    std::optional<std::variant<int, std::string>> held = "text";
    std::cout << std::get<1>(*held) << std::regex_match("abc", std::regex("[a-c]+")) << std::span(std::array{1, 2}).size();
    std::mt19937 source(7);
    std::cout << std::uniform_int_distribution<>(0, 99)(source) << std::chrono::seconds(90).count();
}
