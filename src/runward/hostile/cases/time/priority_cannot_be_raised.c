//: says = ["^nice: (EPERM|EACCES)$", "^fifo: EPERM$", "^round robin: EPERM$", "^deadline: EPERM$", "^io real time: EPERM$"]
#include "attempt.h"
#include <sched.h>
#include <sys/resource.h>

struct deadline {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
};

int main(void) {
    struct sched_param priority = {.sched_priority = 50};
    struct deadline wish = {sizeof wish, 6, 0, 0, 0, 9000000, 10000000, 10000000};
    attempt("nice", setpriority(PRIO_PROCESS, 0, -20));
    attempt("fifo", sched_setscheduler(0, SCHED_FIFO, &priority));
    attempt("round robin", sched_setscheduler(0, SCHED_RR, &priority));
    attempt("deadline", syscall(SYS_sched_setattr, 0, &wish, 0));
    attempt("io real time", syscall(SYS_ioprio_set, 1, 0, 1 << 13));
}
