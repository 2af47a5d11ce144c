//: answers = { "nofile fsize cpu stack" = "EPERM" }
#include "attempt.h"
#include <sys/resource.h>

static void raise_limit(const char *name, int resource) {
    struct rlimit limit;
    need(getrlimit(resource, &limit) == 0, name);
    need(limit.rlim_max != RLIM_INFINITY, name);
    limit.rlim_max++;
    attempt(name, setrlimit(resource, &limit));
}

int main(void) {
    raise_limit("nofile", RLIMIT_NOFILE);
    raise_limit("fsize", RLIMIT_FSIZE);
    raise_limit("cpu", RLIMIT_CPU);
    raise_limit("stack", RLIMIT_STACK);
}
