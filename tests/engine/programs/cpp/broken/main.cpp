#include <iostream>

int main() {
    std::cout << missing_thing << std::endl;
}
