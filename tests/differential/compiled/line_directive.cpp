#line 100 "other.cpp"
#include <iostream>
#include <source_location>

int main() { std::cout << __FILE__ << __LINE__ << std::source_location::current().line() << '\n'; }
