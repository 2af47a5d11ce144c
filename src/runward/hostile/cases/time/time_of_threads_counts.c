//: outcome = "cpu_time_limit"
//: limits = { cpu_time = 1, wall_time = 20 }
//: never = ["all done"]
#include "attempt.h"
#include <pthread.h>

static void *work(void *unused) {
    burn(0.5);
    return unused;
}

int main(void) {
    pthread_t threads[8];
    for (int i = 0; i < 8; i++)
        need(pthread_create(&threads[i], NULL, work, NULL) == 0, "thread");
    for (int i = 0; i < 8; i++)
        pthread_join(threads[i], NULL);
    puts("all done");
}
