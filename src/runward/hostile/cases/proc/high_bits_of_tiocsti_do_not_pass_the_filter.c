//: answers = { "bit32 bit63 all" = "EPERM" }
// The kernel looks at the low 32 bits of the command; a filter that compares all 64 lets these through.
#include "attempt.h"
#include <sys/ioctl.h>

int main(void) {
    attempt("bit32", syscall(SYS_ioctl, 0, (1UL << 32) | TIOCSTI, "x"));
    attempt("bit63", syscall(SYS_ioctl, 0, (1UL << 63) | TIOCSTI, "x"));
    attempt("all", syscall(SYS_ioctl, 0, 0xffffffff00000000UL | TIOCSTI, "x"));
}
