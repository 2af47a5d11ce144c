//: exit_code = 3
//: says = ["^alone$"]
#include "attempt.h"

int main(void) {
    for (int i = 0; i < 3; i++)
        if (fork() == 0)
            for (;;)
                pause();
    kill(-1, SIGKILL);
    for (int i = 0; i < 3; i++)
        wait(NULL);
    puts("alone");
    return 3;
}
