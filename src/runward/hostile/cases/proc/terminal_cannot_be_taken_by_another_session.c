//: terminal = true
//: answers = { "session" = "ok", "ask steal steal-by-error-stream" = "EPERM", "foreground" = "ENOTTY" }
#include "attempt.h"
#include <sys/ioctl.h>

int main(void) {
    if (fork() == 0) {
        tell("session", setsid());
        attempt("ask", ioctl(0, TIOCSCTTY, 0));
        attempt("steal", ioctl(0, TIOCSCTTY, 1));
        attempt("steal-by-error-stream", ioctl(2, TIOCSCTTY, 1));
        attempt("foreground", tcsetpgrp(0, getpid()));
        _exit(0);
    }
    wait(NULL);
}
