//: answers = { "plain user into_cgroup" = "ENOSYS" }
#include "attempt.h"
#include <sched.h>

static void try_clone3(const char *name, uint64_t flags) {
    uint64_t arguments[11] = {flags, 0, 0, 0, SIGCHLD, 0, 0, 0, 0, 0, 0};
    long pid = syscall(SYS_clone3, arguments, sizeof arguments);
    if (pid == 0)
        _exit(0);
    attempt(name, pid);
}

int main(void) {
    try_clone3("plain", 0);
    try_clone3("user", CLONE_NEWUSER);
    try_clone3("into_cgroup", 0x200000000ULL);
}
