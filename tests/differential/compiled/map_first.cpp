#include <map>
#include <string>
#include <iostream>

int main() {
    std::map<std::string, int> all{{"b", 2}, {"a", 1}};
    for (const auto &[key, value] : all) std::cout << key << value << '\n';
}
