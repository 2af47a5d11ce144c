//: terminal = true
//: exit_code = 5
//: says = ["^child is deaf", "^parent leaves"]
//: never = ["still here"]
//: within = 5
#include "attempt.h"

int main(void) {
    int ready[2];
    char byte;
    need(pipe(ready) == 0, "pipe");
    if (fork() == 0) {
        for (int number = 1; number < NSIG; number++)
            signal(number, SIG_IGN);
        puts("child is deaf");
        fflush(stdout);
        write(ready[1], "x", 1);
        for (int i = 0; i < 6000; i++)
            usleep(100000); /* the hang-up of its terminal does not end it either */
        puts("still here");
        _exit(0);
    }
    read(ready[0], &byte, 1);
    puts("parent leaves");
    return 5;
}
