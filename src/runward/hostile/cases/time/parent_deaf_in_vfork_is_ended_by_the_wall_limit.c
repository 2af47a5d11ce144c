//: outcome = "wall_time_limit"
//: limits = { wall_time = 1 }
//: within = 3
//: stdout = "waiting\n"
#include "attempt.h"

int main(void) {
    puts("waiting");
    fflush(stdout);
    if (vfork() == 0)
        for (;;)
            pause();
}
