//: outcome = "process_limit"
//: limits = { processes = 20 }
//: says = ["^threads: 1\\d EAGAIN$"]
#include "attempt.h"
#include <pthread.h>

static void *wait_for_ever(void *unused) {
    pause();
    return unused;
}

int main(void) {
    int made = 0, error;
    pthread_t thread;
    while ((error = pthread_create(&thread, NULL, wait_for_ever, NULL)) == 0)
        made++;
    printf("threads: %d %s\n", made, strerrorname_np(error));
    fflush(stdout);
    _exit(1);
}
