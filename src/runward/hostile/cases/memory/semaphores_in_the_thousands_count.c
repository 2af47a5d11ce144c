//: outcome = "memory_limit|exited"
//: limits = { memory_bytes = "32M" }
//: says = ["^filling$"]
#include "attempt.h"
#include <sys/sem.h>

int main(void) {
    long held = 0;
    puts("filling");
    fflush(stdout);
    while (semget(IPC_PRIVATE, 32000, IPC_CREAT | 0600) >= 0)
        held += 32000 * 64L;
    printf("held about %ld KiB: %s\n", held >> 10, strerrorname_np(errno));
    if (held > 40 << 20)
        puts("ESCAPED: semaphores hold more than the limit");
}
