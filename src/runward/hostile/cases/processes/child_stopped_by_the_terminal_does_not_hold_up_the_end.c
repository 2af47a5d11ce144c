//: terminal = true
//: exit_code = 6
//: says = ["^reader stopped by 21", "^writer stopped by 22"]
//: never = ["still here"]
//: within = 5
#include "attempt.h"
#include <termios.h>

/* In the background, to read stops a process, and with TOSTOP to write does. */
static void stop(const char *what, int writes) {
    int status;
    char byte;
    pid_t pid = fork();
    if (pid == 0) {
        setpgid(0, 0);
        writes ? write(1, "still here\n", 11) : read(0, &byte, 1);
        _exit(0);
    }
    need(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status), what);
    printf("%s stopped by %d\n", what, WSTOPSIG(status));
}

int main(void) {
    struct termios mode;
    need(tcgetattr(0, &mode) == 0, "a terminal");
    mode.c_lflag |= TOSTOP;
    tcsetattr(0, TCSANOW, &mode);
    stop("reader", 0);
    stop("writer", 1);
    return 6;
}
