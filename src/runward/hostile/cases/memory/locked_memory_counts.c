//: outcome = "memory_limit|exited"
//: limits = { memory_bytes = "64M" }
//: says = ["^locking$"]
#include "attempt.h"
#include <sys/mman.h>

int main(void) {
    puts("locking");
    fflush(stdout);
    char *map = mmap(NULL, 128 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    need(map != MAP_FAILED, "mmap");
    attempt("mlock of twice the limit", mlock(map, 128 << 20));
}
