//: outcome = "cpu_time_limit"
//: limits = { cpu_time = 1, wall_time = 20 }
//: never = ["all done"]
// No process of these reaches the limit by itself.
#include "attempt.h"

int main(void) {
    for (int i = 0; i < 8; i++)
        if (fork() == 0) {
            burn(0.5);
            _exit(0);
        }
    while (wait(NULL) > 0)
        ;
    puts("all done");
}
