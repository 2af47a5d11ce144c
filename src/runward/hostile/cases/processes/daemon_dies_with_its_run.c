//: exit_code = 0
//: says = ["^daemon is up$"]
//: within = 3
#include "attempt.h"

int main(void) {
    int ready[2];
    char byte;
    need(pipe(ready) == 0, "pipe");
    if (fork() == 0) {
        setsid();
        if (fork() > 0)
            _exit(0);
        for (int number = 1; number < 65; number++)
            signal(number, SIG_IGN);
        if (write(ready[1], "x", 1) != 1)
            _exit(1);
        for (int fd = 0; fd < 256; fd++)
            close(fd);
        for (;;)
            pause();
    }
    close(ready[1]);
    need(read(ready[0], &byte, 1) == 1, "the daemon's word");
    puts("daemon is up");
}
