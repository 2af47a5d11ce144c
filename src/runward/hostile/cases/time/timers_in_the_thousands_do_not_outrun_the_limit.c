//: outcome = "cpu_time_limit|wall_time_limit"
//: limits = { cpu_time = 1, wall_time = 3 }
//: stdout = "arming\n"
//: within = 12
#include "attempt.h"

static void again(int number) {
    (void)number;
}

int main(void) {
    struct itimerspec often = {{0, 1000}, {0, 1000}};
    signal(SIGALRM, again);
    puts("arming");
    fflush(stdout);
    for (int i = 0; i < 1000; i++) {
        timer_t timer;
        if (timer_create(CLOCK_MONOTONIC, NULL, &timer) == 0)
            timer_settime(timer, 0, &often, NULL);
    }
    for (;;)
        pause();
}
