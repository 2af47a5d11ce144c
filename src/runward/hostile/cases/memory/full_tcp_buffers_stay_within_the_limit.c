//: outcome = "memory_limit|exited"
//: limits = { memory_bytes = "32M", open_files = 1024 }
//: overshoot = 1.5
//: says = ["^filling$"]
// Buffers of TCP are counted apart from all other memory, if at all.
// What has arrived is charged by cgroup v2 even beyond the limit, and then the kernel kills.
#include "attempt.h"
#include <netinet/in.h>
#include <sys/socket.h>

int main(void) {
    static char block[1 << 16];
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(9999)};
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    long held = 0;
    need(bind(listener, (struct sockaddr *)&here, sizeof here) == 0 && listen(listener, 1024) == 0, "listen");
    puts("filling");
    fflush(stdout);
    for (;;) {
        ssize_t wrote;
        int client = socket(AF_INET, SOCK_STREAM, 0);
        if (client < 0 || connect(client, (struct sockaddr *)&here, sizeof here) < 0 || accept(listener, NULL, NULL) < 0)
            break;
        fcntl(client, F_SETFL, O_NONBLOCK);
        while ((wrote = write(client, block, sizeof block)) > 0)
            held += wrote;
    }
    printf("held %ld KiB: %s\n", held >> 10, strerrorname_np(errno));
    if (held > 40 << 20)
        puts("ESCAPED: TCP holds more than the limit");
}
