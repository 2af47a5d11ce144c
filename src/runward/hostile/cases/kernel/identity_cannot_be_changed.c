//: answers = { "setuid setgid setreuid setresuid keepcaps_setuid" = "EPERM|EINVAL", "setfsuid setgroups capset ambient" = "EPERM" }
// EINVAL where the user namespace has no such id at all.
#include "attempt.h"
#include <grp.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>

int main(void) {
    uint32_t header[2] = {0x20080522, 0}, every[6] = {~0u, ~0u, ~0u, ~0u, ~0u, ~0u};
    gid_t group = 0;
    attempt("setuid", setuid(0));
    attempt("setgid", setgid(0));
    attempt("setreuid", setreuid(0, 0));
    attempt("setresuid", setresuid(0, 0, 0));
    setfsuid(0);
    errno = EPERM;
    attempt("setfsuid", setfsuid(-1) == 0 ? 0 : -1);
    attempt("setgroups", setgroups(1, &group));
    attempt("capset", syscall(SYS_capset, header, every));
    attempt("ambient", prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, 21, 0, 0));
    prctl(PR_SET_KEEPCAPS, 1);
    attempt("keepcaps_setuid", setuid(0));
}
