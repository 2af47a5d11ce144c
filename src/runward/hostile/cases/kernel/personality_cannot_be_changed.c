//: answers = { "no_randomisation read_implies_exec linux32 old_maps old_uname" = "EPERM" }
#include "attempt.h"

int main(void) {
    attempt("no_randomisation", syscall(SYS_personality, 0x0040000));
    attempt("read_implies_exec", syscall(SYS_personality, 0x0400000));
    attempt("linux32", syscall(SYS_personality, 0x0008));
    attempt("old_maps", syscall(SYS_personality, 0x0100000)); /* maps at nought */
    attempt("old_uname", syscall(SYS_personality, 0x0020000));
}
