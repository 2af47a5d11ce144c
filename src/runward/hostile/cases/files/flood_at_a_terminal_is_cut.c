//: terminal = true
//: outcome = "output_limit"
//: truncated = "stdout"
//: limits = { output_bytes = "64K" }
//: stdout_bytes = 65536
#include "attempt.h"

int main(void) {
    char block[4096];
    memset(block, 'x', sizeof block);
    for (;;)
        write(2, block, sizeof block);
}
