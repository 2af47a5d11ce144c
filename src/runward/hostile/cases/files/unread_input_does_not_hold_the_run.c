//: stdin = "@LONG@"
//: stdout = "did not read\n"
//: within = 3
#include "attempt.h"

int main(void) {
    puts("did not read");
}
