#include <iostream>
#include <stdexcept>

struct Told {
    const char *name;
    Told(const char *name) : name(name) { std::cout << "+" << name; }
    ~Told() { std::cout << "-" << name; }
};
Told first("a"), second("b");

int main() {
    static Told third("c");
    try {
        Told inner("d");
        throw std::runtime_error("thrown");
    } catch (const std::exception &error) {
        std::cerr << error.what();
    }
    std::cout << std::string(3, 'x').at(1);
    throw 5;
}
