#include "words.hpp"

std::string greet() { return "from another file"; }
