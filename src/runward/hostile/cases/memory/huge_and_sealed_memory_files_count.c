//: outcome = "memory_limit|exited"
//: limits = { memory_bytes = "64M", cpu_time = 10, wall_time = 40 }
//: never = ["ESCAPED", "^wrote (6[5-9]|[7-9]\\d|\\d{3,}) "]
#include "attempt.h"
#include <sys/mman.h>

int main(void) {
    static char piece[1 << 20];
    memset(piece, 7, sizeof piece);
    int huge = memfd_create("huge", MFD_HUGETLB);
    if (huge >= 0 && ftruncate(huge, 64 << 20) == 0) {
        void *map = mmap(NULL, 64 << 20, PROT_READ | PROT_WRITE, MAP_SHARED, huge, 0);
        printf("%s\n", map == MAP_FAILED ? "huge pages: none" : "ESCAPED: huge pages beside the limit");
    }
    for (int i = 1, file = -1; i <= 256; i++) {
        if (i % 16 == 1)
            file = memfd_create("left open", MFD_ALLOW_SEALING);
        need(file >= 0, "memfd_create");
        if (write(file, piece, sizeof piece) != sizeof piece)
            return 0; /* full is as good as killed */
        printf("wrote %d MB\n", i);
        fflush(stdout);
    }
    puts("ESCAPED: 256 MB");
}
