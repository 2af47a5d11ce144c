#include <iostream>
#include <string>

int main() {
    std::strin text = "a";
    std::cot << text << std::endll;
    retrun 0;
}
