#include <iostream>
#include <typeinfo>
#include <string>

namespace { struct Hidden {}; }

int main() {
    auto first = [] {};
    auto second = [](auto) {};
    std::cout << typeid(first).name() << typeid(second).name() << typeid(Hidden).name() << typeid(std::string).name() << '\n';
}
