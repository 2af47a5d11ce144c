#include "lib/words.hpp"
#include <fstream>
#include <iostream>

int main() {
    std::string line;
    std::getline(std::ifstream("data/line.txt"), line);
    std::cout << greet() << ", " << line << std::endl;
}
