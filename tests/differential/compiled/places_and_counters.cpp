#include <iostream>
#include <source_location>

void tell(std::source_location place = std::source_location::current()) {
    std::cout << place.file_name() << place.line() << place.column() << place.function_name() << '\n';
}

int main() {
    tell();
    std::cout << __FILE__ << __LINE__ << __BASE_FILE__ << __INCLUDE_LEVEL__ << __COUNTER__ << __COUNTER__ << '\n';
}
