//: outcome = "wall_time_limit"
//: limits = { wall_time = 1 }
//: says = ["^stopping$"]
//: never = ["went on"]
//: within = 3
#include "attempt.h"

int main(void) {
    puts("stopping");
    fflush(stdout);
    raise(SIGSTOP);
    puts("went on");
}
