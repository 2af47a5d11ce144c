//: repeat = 10
//: outcome = "output_limit"
//: limits = { output_bytes = "64K", wall_time = 5 }
//: within = 20
#include "attempt.h"

int main(void) {
    static char block[1 << 12];
    memset(block, 'x', sizeof block);
    int stream = fork() == 0 ? 1 : 2;
    while (write(stream, block, sizeof block) > 0)
        ;
    return 1;
}
