//: outcome = "memory_limit|exited"
//: limits = { memory_bytes = "32M", open_files = 1024 }
//: overshoot = 1.5
//: says = ["^filling$"]
// What has arrived is charged by cgroup v2 even beyond the limit, and then the kernel kills.
#include "attempt.h"
#include <netinet/in.h>
#include <sys/socket.h>

int main(void) {
    static char block[60000];
    int sender = socket(AF_INET, SOCK_DGRAM, 0), size = 1 << 23;
    long held = 0;
    puts("filling");
    fflush(stdout);
    for (int port = 2000; port < 3000; port++) {
        struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(port)};
        uint32_t memory[9] = {0};
        socklen_t length = sizeof memory;
        int receiver = socket(AF_INET, SOCK_DGRAM, 0);
        if (receiver < 0)
            break;
        need(bind(receiver, (struct sockaddr *)&here, sizeof here) == 0, "bind");
        setsockopt(receiver, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
        for (int sent = 0; sent < size; sent += sizeof block)
            sendto(sender, block, sizeof block, MSG_DONTWAIT, (struct sockaddr *)&here, sizeof here);
        need(getsockopt(receiver, SOL_SOCKET, 55 /* SO_MEMINFO */, memory, &length) == 0, "SO_MEMINFO");
        held += memory[0];
    }
    printf("held %ld KiB: %s\n", held >> 10, strerrorname_np(errno));
    if (held > 40 << 20)
        puts("ESCAPED: UDP holds more than the limit");
}
