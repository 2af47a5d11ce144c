//: answers = { "fanotify fanotify_by_name" = "EPERM" }
#include "attempt.h"

int main(void) {
    attempt("fanotify", syscall(SYS_fanotify_init, 0, O_RDONLY));
    attempt("fanotify_by_name", syscall(SYS_fanotify_init, 0x200 | 0x400 | 0x800, O_RDONLY));
}
