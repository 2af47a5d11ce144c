//: says = ["^lease: (EACCES|EPERM|EAGAIN)$"]
#include "attempt.h"

int main(void) {
    int shared = open("/bin/sh", O_RDONLY);
    if (shared < 0)
        shared = open("/lib64/ld-linux-x86-64.so.2", O_RDONLY);
    need(shared >= 0, "a file that all runs see");
    attempt("lease", fcntl(shared, F_SETLEASE, F_RDLCK));
}
