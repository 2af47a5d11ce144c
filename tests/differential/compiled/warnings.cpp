#include <iostream>
#include <string>

#define UNUSED_PAIR int first; int second

int count(unsigned limit) {
    UNUSED_PAIR;
    for (int at = 0; at < limit; at++) std::cout << at;
}

int main() {
    int never;
    std::string text("a");
    if (text = "b", count(2)) std::cout << never;
}
