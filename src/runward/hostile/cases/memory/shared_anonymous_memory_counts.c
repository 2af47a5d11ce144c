//: outcome = "memory_limit"
//: limits = { memory_bytes = "64M" }
//: never = ["^all$"]
#include "attempt.h"
#include <sys/mman.h>

int main(void) {
    char *map = mmap(NULL, 128 << 20, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    need(map != MAP_FAILED, "mmap");
    memset(map, 1, 128 << 20);
    puts("all");
}
