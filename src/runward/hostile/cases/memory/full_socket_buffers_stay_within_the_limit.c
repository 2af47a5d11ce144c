//: outcome = "memory_limit|exited"
//: limits = { memory_bytes = "32M", open_files = 1024 }
//: says = ["^filling$"]
#include "attempt.h"
#include <sys/socket.h>

int main(void) {
    static char block[1 << 16];
    long held = 0;
    int size = 1 << 24;
    puts("filling");
    fflush(stdout);
    for (;;) {
        int ends[2];
        ssize_t wrote;
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) < 0)
            break;
        setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
        while ((wrote = write(ends[1], block, sizeof block)) > 0)
            held += wrote;
    }
    printf("held %ld KiB: %s\n", held >> 10, strerrorname_np(errno));
    if (held > 40 << 20)
        puts("ESCAPED: sockets hold more than the limit");
}
