//: terminal = true
//: answers = { "there" = "ok", "type high32 high63 console paste discipline discipline-high" = "EPERM" }
// Typing for whoever reads next, the console's output, and line disciplines: each is a module of the kernel that can be
// loaded by whoever has a terminal.
#include "attempt.h"
#include <sys/ioctl.h>
#include <termios.h>

int main(void) {
    struct termios now;
    int gsm = 21;
    char paste = 3;
    tell("there", tcgetattr(0, &now));
    attempt("type", ioctl(0, TIOCSTI, "x"));
    attempt("high32", syscall(SYS_ioctl, 0, (1UL << 32) | TIOCSTI, "x"));
    attempt("high63", syscall(SYS_ioctl, 0, (1UL << 63) | TIOCSTI, "x"));
    attempt("console", ioctl(0, TIOCCONS));
    attempt("paste", ioctl(0, TIOCLINUX, &paste));
    attempt("discipline", ioctl(0, TIOCSETD, &gsm));
    attempt("discipline-high", syscall(SYS_ioctl, 0, (1UL << 32) | TIOCSETD, &gsm));
}
