//: outcome = "cpu_time_limit|wall_time_limit|process_limit|memory_limit"
//: limits = { cpu_time = 1, wall_time = 2, processes = 32 }
//: says = ["^forking$"]
//: within = 10
// A fork that is refused is charged for its stack until the kernel gets round to freeing it: that may be over the memory limit first.
#include "attempt.h"

int main(void) {
    puts("forking");
    fflush(stdout);
    for (;;)
        fork();
}
