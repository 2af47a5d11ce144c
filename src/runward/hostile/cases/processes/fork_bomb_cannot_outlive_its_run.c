//: outcome = "cpu_time_limit|wall_time_limit|process_limit|memory_limit"
//: limits = { cpu_time = 1, wall_time = 2, processes = 32 }
//: says = ["^forking$"]
//: within = 10
// What a refused fork is charged for its stack, the kernel gives back later: that may be over the memory limit first.
#include "attempt.h"

int main(void) {
    puts("forking");
    fflush(stdout);
    for (;;)
        fork();
}
