//: answers = { "plain high" = "EPERM" }
#include "attempt.h"
#include <sys/ioctl.h>

int main(void) {
    char paste = 3;
    attempt("plain", ioctl(0, TIOCLINUX, &paste));
    attempt("high", syscall(SYS_ioctl, 0, (1UL << 32) | TIOCLINUX, &paste));
}
