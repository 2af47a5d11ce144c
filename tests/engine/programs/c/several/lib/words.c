#include "words.h"

const char *greet(void) { return "from another file"; }
