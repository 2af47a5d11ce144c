//: says = ["^chroot: EPERM$", "^canary from above: ENOENT$", "^canary through /proc/self/root: ENOENT$", "^canary through /proc/self/cwd: ENOENT$"]
#include "attempt.h"

int main(void) {
    char path[8192] = "";
    int here = open("/box", O_RDONLY | O_DIRECTORY);
    need(here >= 0 && mkdir("/box/jail", 0700) == 0, "a folder of its own");
    attempt("chroot", chroot("/box/jail"));
    need(fchdir(here) == 0, "fchdir");
    for (int i = 0; i < 200; i++)
        need(chdir("..") == 0, "chdir");
    attempt("canary from above", open("." "@PUBLIC@", O_RDONLY));
    attempt("canary through /proc/self/root", open("/proc/self/root/../../.." "@PUBLIC@", O_RDONLY));
    snprintf(path, sizeof path, "/proc/self/cwd/../../../../../..%s", "@PUBLIC@");
    attempt("canary through /proc/self/cwd", open(path, O_RDONLY));
}
