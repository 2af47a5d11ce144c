//: answers = { "user mount pid net ipc uts cgroup user+pid high" = "EPERM" }
#include "attempt.h"
#include <sched.h>

static void try_clone(const char *name, unsigned long flags) {
    long pid = syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0);
    if (pid == 0)
        _exit(0);
    attempt(name, pid);
}

int main(void) {
    try_clone("user", CLONE_NEWUSER);
    try_clone("user+pid", CLONE_NEWUSER | CLONE_NEWPID);
    try_clone("mount", CLONE_NEWNS);
    try_clone("pid", CLONE_NEWPID);
    try_clone("net", CLONE_NEWNET);
    try_clone("ipc", CLONE_NEWIPC);
    try_clone("uts", CLONE_NEWUTS);
    try_clone("cgroup", CLONE_NEWCGROUP);
    try_clone("high", (1UL << 35) | CLONE_NEWUSER);
}
