//: answers = { "user mount pid net ipc uts cgroup time user+mount" = "EPERM" }
#include "attempt.h"
#include <sched.h>

int main(void) {
    attempt("user", unshare(CLONE_NEWUSER));
    attempt("user+mount", unshare(CLONE_NEWUSER | CLONE_NEWNS));
    attempt("mount", unshare(CLONE_NEWNS));
    attempt("pid", unshare(CLONE_NEWPID));
    attempt("net", unshare(CLONE_NEWNET));
    attempt("ipc", unshare(CLONE_NEWIPC));
    attempt("uts", unshare(CLONE_NEWUTS));
    attempt("cgroup", unshare(CLONE_NEWCGROUP));
    attempt("time", unshare(0x80));
}
