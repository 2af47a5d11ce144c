//: repeat = 6
//: concurrent = true
//: limits = { processes = 24, wall_time = 20 }
//: stdout = "children: 20\n"
/* Six runs, one user's to the kernel: were their processes counted together, most would get none. */
#include "attempt.h"

int main(void) {
    int made = 0;
    for (int i = 0; i < 20; i++) {
        pid_t child = fork();
        if (child == 0) {
            pause();
            _exit(0);
        }
        made += child > 0;
    }
    nanosleep(&(struct timespec){.tv_nsec = 500000000}, NULL); /* so that all are there at once */
    printf("children: %d\n", made);
}
