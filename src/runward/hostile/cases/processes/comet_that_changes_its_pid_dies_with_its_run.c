//: exit_code = 4
//: says = ["^launched$"]
//: within = 3
// Each generation forks the next and exits, so that no pid that was listed is there any more when it is to be killed.
#include "attempt.h"

int main(void) {
    puts("launched");
    fflush(stdout);
    if (fork() == 0) {
        setsid();
        for (;;)
            if (fork() > 0)
                _exit(0);
    }
    return 4;
}
