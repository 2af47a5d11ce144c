//: outcome = "output_limit"
//: limits = { output_bytes = "64K", wall_time = 5 }
//: stdout_bytes = 65536
//: truncated = "stdout"
//: within = 5
#include "attempt.h"

int main(void) {
    static char block[1 << 16];
    memset(block, 'x', sizeof block);
    while (write(1, block, sizeof block) > 0)
        ;
    return 1;
}
