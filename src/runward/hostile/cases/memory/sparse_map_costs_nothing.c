//: limits = { memory_bytes = "64M" }
//: stdout = "mapped 64 GiB, touched 8 pages\n"
#include "attempt.h"
#include <sys/mman.h>

int main(void) {
    size_t size = (size_t)64 << 30;
    char *map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    need(map != MAP_FAILED, "mmap");
    for (size_t at = 0; at < size; at += size / 8)
        map[at] = 1;
    puts("mapped 64 GiB, touched 8 pages");
}
