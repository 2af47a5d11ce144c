//: outcome = "memory_limit|signaled"
//: limits = { memory_bytes = "32M", cpu_time = 10 }
//: says = ["^reading$"]
//: never = ["^all read$"]
// Reading maps the one zero page everywhere: no memory of its own, but a page table for each 2 MiB of it.
#include "attempt.h"
#include <sys/mman.h>

int main(void) {
    size_t size = (size_t)64 << 30;
    volatile char *map = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    need(map != MAP_FAILED, "mmap");
    madvise((void *)map, size, MADV_NOHUGEPAGE);
    puts("reading");
    fflush(stdout);
    for (size_t at = 0; at < size; at += 2 << 20)
        (void)map[at];
    puts("all read");
}
