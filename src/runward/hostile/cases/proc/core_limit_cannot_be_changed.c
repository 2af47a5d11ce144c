//: stdout = "core limit: 1 1\n"
// At 0 the kernel still starts a crash handler that core_pattern names, on the host and as root; at 1 it does not.
#include "attempt.h"
#include <sys/resource.h>

int main(void) {
    struct rlimit none = {0, 0}, all = {RLIM_INFINITY, RLIM_INFINITY}, core;
    setrlimit(RLIMIT_CORE, &none);
    setrlimit(RLIMIT_CORE, &all);
    syscall(SYS_setrlimit, RLIMIT_CORE, &none);
    syscall(SYS_prlimit64, 0, RLIMIT_CORE, &none, NULL);
    syscall(SYS_prlimit64, getpid(), RLIMIT_CORE, &none, NULL);
    need(getrlimit(RLIMIT_CORE, &core) == 0, "getrlimit");
    printf("core limit: %lu %lu\n", (unsigned long)core.rlim_cur, (unsigned long)core.rlim_max);
}
