//: repeat = 30
//: outcome = "output_limit"
//: limits = { output_bytes = "16K" }
//: stdout_bytes = 16384
// All of it fits into the pipe, so the program has ended by the time that anyone sees that it is too much.
#include "attempt.h"

int main(void) {
    static char block[40000];
    memset(block, 'x', sizeof block);
    need(write(1, block, sizeof block) == sizeof block, "write");
    need(write(2, block, sizeof block) == sizeof block, "write");
    return 0;
}
