//: outcome = "memory_limit|exited"
//: limits = { memory_bytes = "32M", open_files = 512 }
//: says = ["^filling$"]
#include "attempt.h"

int main(void) {
    static char block[1 << 16];
    long held = 0;
    puts("filling");
    fflush(stdout);
    for (;;) {
        int ends[2];
        ssize_t wrote;
        if (pipe2(ends, O_NONBLOCK) < 0)
            break;
        fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);
        while ((wrote = write(ends[1], block, sizeof block)) > 0)
            held += wrote;
    }
    printf("held %ld KiB: %s\n", held >> 10, strerrorname_np(errno));
    if (held > 40 << 20)
        puts("ESCAPED: pipes hold more than the limit");
}
