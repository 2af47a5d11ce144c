//: exit_code = 9
//: stdout = "orphans have ended\n"
// Init is the parent of both; only the ending of the program itself may count.
#include "attempt.h"

int main(void) {
    for (int i = 0; i < 50; i++) {
        pid_t middle = fork();
        if (middle == 0) {
            if (fork() == 0) {
                if (i % 2)
                    raise(SIGKILL);
                _exit(0);
            }
            _exit(0);
        }
        waitpid(middle, NULL, 0);
    }
    usleep(100000);
    puts("orphans have ended");
    return 9;
}
