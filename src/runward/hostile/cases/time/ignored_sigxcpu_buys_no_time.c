//: outcome = "cpu_time_limit"
//: limits = { cpu_time = 1, wall_time = 40 }
//: says = ["^soft limit: ", "^hard limit: EPERM$"]
#include "attempt.h"
#include <sys/resource.h>

int main(void) {
    struct rlimit limit;
    for (int number = 1; number < 65; number++)
        signal(number, SIG_IGN);
    need(getrlimit(RLIMIT_CPU, &limit) == 0, "getrlimit");
    limit.rlim_cur = limit.rlim_max;
    tell("soft limit", setrlimit(RLIMIT_CPU, &limit));
    limit.rlim_cur = limit.rlim_max = RLIM_INFINITY;
    attempt("hard limit", setrlimit(RLIMIT_CPU, &limit));
    for (;;)
        burn(1);
}
