//: repeat = 10
//: outcome = "output_limit|wall_time_limit"
//: limits = { output_bytes = "16K", wall_time = 0.2 }
#include "attempt.h"

int main(void) {
    static char block[40000];
    memset(block, 'x', sizeof block);
    usleep(195000);
    return write(1, block, sizeof block) != sizeof block;
}
