//: collect = ["*"]
//: says = ["^passwd: (EXDEV|EPERM|EROFS)$", "^library: (EXDEV|EPERM|EROFS|ENOENT)$", "^init: (EXDEV|EPERM|EACCES|ENOENT)$"]
//: never = ["root:"]
#include "attempt.h"
int main(void) {
    attempt("passwd", linkat(AT_FDCWD, "/etc/passwd", AT_FDCWD, "/box/passwd", 0));
    attempt("library", linkat(AT_FDCWD, "/usr/lib/x86_64-linux-gnu/libc.so.6", AT_FDCWD, "/box/libc", AT_SYMLINK_FOLLOW));
    attempt("init", linkat(AT_FDCWD, "/proc/1/status", AT_FDCWD, "/box/status", AT_SYMLINK_FOLLOW));
    unlink("/box/main");
}
