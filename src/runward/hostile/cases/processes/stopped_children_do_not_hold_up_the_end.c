//: exit_code = 0
//: says = ["^stopped 5$"]
//: within = 3
#include "attempt.h"

int main(void) {
    int stopped = 0;
    for (int i = 0; i < 5; i++) {
        int status;
        pid_t pid = fork();
        need(pid >= 0, "fork");
        if (pid == 0) {
            raise(SIGSTOP);
            _exit(0);
        }
        if (waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status))
            stopped++;
    }
    printf("stopped %d\n", stopped);
}
