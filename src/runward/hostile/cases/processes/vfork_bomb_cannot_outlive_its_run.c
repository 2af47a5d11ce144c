//: outcome = "cpu_time_limit|wall_time_limit|process_limit"
//: limits = { cpu_time = 1, wall_time = 2, processes = 32 }
//: says = ["^forking$"]
//: within = 10
// A vfork parent waits in the kernel, deaf to all but SIGKILL, until its child leaves: each child here makes another.
#include "attempt.h"

int main(void) {
    puts("forking");
    fflush(stdout);
    for (;;)
        if (syscall(SYS_clone, 0x4000 /* CLONE_VFORK */ | SIGCHLD, 0, 0, 0, 0) < 0)
            pause();
}
