//: outcome = "memory_limit"
//: limits = { memory_bytes = "64M" }
//: says = ["^48 MiB$"]
//: never = ["^80 MiB$"]
#include "attempt.h"

int main(void) {
    for (int mib = 16; mib <= 256; mib += 16) {
        char *block = malloc(16 << 20);
        need(block != NULL, "malloc");
        memset(block, 1, 16 << 20);
        printf("%d MiB\n", mib);
        fflush(stdout);
    }
}
