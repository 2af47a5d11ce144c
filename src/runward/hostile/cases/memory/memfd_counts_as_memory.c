//: outcome = "memory_limit"
//: limits = { memory_bytes = "64M" }
//: says = ["^32 MiB$"]
//: never = ["^80 MiB$"]
#include "attempt.h"
#include <sys/mman.h>

int main(void) {
    for (int mib = 16; mib <= 256; mib += 16) {
        int fd = memfd_create("hidden", 0);
        need(fd >= 0, "memfd_create");
        need(ftruncate(fd, 16 << 20) == 0, "ftruncate");
        char *map = mmap(NULL, 16 << 20, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        need(map != MAP_FAILED, "mmap");
        memset(map, 1, 16 << 20);
        munmap(map, 16 << 20);
        printf("%d MiB\n", mib);
        fflush(stdout);
    }
}
