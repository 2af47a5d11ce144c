//: outcome = "memory_limit"
//: limits = { memory_bytes = "64M" }
//: says = ["^32 MiB$"]
//: never = ["^80 MiB$"]
#include "attempt.h"
#include <sys/shm.h>

int main(void) {
    for (int mib = 16; mib <= 256; mib += 16) {
        int id = shmget(IPC_PRIVATE, 16 << 20, IPC_CREAT | 0600);
        need(id >= 0, "shmget");
        char *map = shmat(id, NULL, 0);
        need(map != (char *)-1, "shmat");
        memset(map, 1, 16 << 20);
        shmdt(map);
        printf("%d MiB\n", mib);
        fflush(stdout);
    }
}
