//: outcome = "cpu_time_limit"
//: limits = { cpu_time = 1, wall_time = 40 }
//: within = 35
#include "attempt.h"
#include <pthread.h>

static void *work_for_ever(void *unused) {
    for (;;)
        burn(1);
    return unused;
}

int main(void) {
    pthread_t thread;
    need(pthread_create(&thread, NULL, work_for_ever, NULL) == 0, "thread");
    pthread_exit(NULL);
}
