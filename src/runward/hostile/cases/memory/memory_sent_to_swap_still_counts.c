//: outcome = "memory_limit"
//: limits = { memory_bytes = "64M", cpu_time = 10, wall_time = 40 }
//: never = ["got 1024"]
/* Had the run any swap, what it asks to have put there would not be counted as its memory. */
#include "attempt.h"
#include <sys/mman.h>

int main(void) {
    enum { PIECE = 1 << 20 };
    for (int i = 1; i <= 1024; i++) {
        char *piece = mmap(NULL, PIECE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        need(piece != MAP_FAILED, "mmap");
        for (int at = 0; at < PIECE; at += 64)
            piece[at] = (char)(at ^ i);
        madvise(piece, PIECE, 20 /* MADV_COLD */);
        madvise(piece, PIECE, 21 /* MADV_PAGEOUT */);
        printf("got %d\n", i);
        fflush(stdout);
    }
}
