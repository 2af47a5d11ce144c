//: says = ["^init: (EPERM|ESRCH)$", "^cpus more than at the start: 0$"]
#include "attempt.h"
#include <sched.h>

int main(void) {
    cpu_set_t before, all, after;
    need(sched_getaffinity(0, sizeof before, &before) == 0, "sched_getaffinity");
    memset(&all, 255, sizeof all);
    attempt("init", sched_setaffinity(1, sizeof all, &all));
    sched_setaffinity(0, sizeof all, &all);
    need(sched_getaffinity(0, sizeof after, &after) == 0, "sched_getaffinity");
    printf("cpus more than at the start: %d\n", CPU_COUNT(&after) - CPU_COUNT(&before));
}
