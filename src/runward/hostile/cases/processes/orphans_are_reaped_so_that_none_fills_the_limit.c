//: exit_code = 0
//: limits = { processes = 16 }
//: stdout = "2000 orphans\n"
#include "attempt.h"

/* Fork, patiently: the orphan before may not be reaped yet. */
static pid_t fork_in_time(void) {
    for (int tries = 0; tries < 1000; tries++) {
        pid_t pid = fork();
        if (pid >= 0)
            return pid;
        usleep(1000);
    }
    return -1;
}

int main(void) {
    int count = 0;
    for (; count < 2000; count++) {
        pid_t middle = fork_in_time();
        if (middle < 0)
            break;
        if (middle == 0) {
            fork_in_time(); /* both leave; the inner one has no parent to wait for it */
            _exit(0);
        }
        waitpid(middle, NULL, 0);
    }
    printf("%d orphans\n", count);
}
