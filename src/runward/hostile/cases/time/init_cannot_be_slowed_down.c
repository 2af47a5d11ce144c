//: says = ["^nice: EPERM$", "^idle class: EPERM$", "^affinity: EPERM$", "^io idle: EPERM$"]
//: rootless.says = ["^nice: (EPERM|ok)$", "^idle class: (EPERM|ok)$", "^affinity: (EPERM|ok)$", "^io idle: (EPERM|ok)$"]
// With one id for all, init may be slowed, but the supervisor does not wait for it: the run ends all the same.
#include "attempt.h"
#include <sched.h>
#include <sys/resource.h>

int main(void) {
    struct sched_param none = {0};
    cpu_set_t first;
    CPU_ZERO(&first);
    CPU_SET(0, &first);
    tell("nice", setpriority(PRIO_PROCESS, 1, 19));
    tell("idle class", sched_setscheduler(1, SCHED_IDLE, &none));
    tell("affinity", sched_setaffinity(1, sizeof first, &first));
    tell("io idle", syscall(SYS_ioprio_set, 1, 1, 3 << 13));
}
