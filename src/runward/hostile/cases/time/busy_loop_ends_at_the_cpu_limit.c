//: outcome = "cpu_time_limit"
//: limits = { cpu_time = 1, wall_time = 40 }
//: stdout = "begun\n"
#include "attempt.h"

int main(void) {
    puts("begun");
    fflush(stdout);
    for (;;)
        burn(1);
}
