//: outcome = "cpu_time_limit|wall_time_limit|signaled"
//: limits = { cpu_time = 1, wall_time = 3 }
//: says = ["^armed$"]
//: within = 6
#include "attempt.h"

static void again(int number) {
    (void)number;
}

int main(void) {
    struct itimerspec often = {{0, 1000}, {0, 1000}};
    signal(SIGALRM, again);
    for (int i = 0; i < 1000; i++) {
        timer_t timer;
        if (timer_create(CLOCK_MONOTONIC, NULL, &timer) == 0)
            timer_settime(timer, 0, &often, NULL);
        if (i == 0) {
            puts("armed");
            fflush(stdout);
        }
    }
    for (;;)
        pause();
}
