//: outcome = "cpu_time_limit|wall_time_limit|process_limit"
//: limits = { cpu_time = 1, wall_time = 2, processes = 32 }
//: says = ["^forking$"]
//: within = 10
#include "attempt.h"

int main(void) {
    puts("forking");
    fflush(stdout);
    for (;;)
        fork();
}
