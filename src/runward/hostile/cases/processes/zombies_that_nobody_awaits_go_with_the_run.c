//: exit_code = 3
//: limits = { processes = 32 }
//: says = ["^zombies: 20$"]
#include "attempt.h"

int main(void) {
    int made = 0;
    for (; made < 20; made++) {
        pid_t pid = fork();
        need(pid >= 0, "fork");
        if (pid == 0)
            _exit(0);
    }
    printf("zombies: %d\n", made);
    return 3;
}
