//: says = ["^route: ok$", "^others denied: 31$"]
#include "attempt.h"
#include <sys/socket.h>

int main(void) {
    int denied = 0;
    tell("route", socket(AF_NETLINK, SOCK_RAW, 0));
    for (int protocol = 1; protocol < 32; protocol++)
        if (socket(AF_NETLINK, SOCK_RAW, protocol) < 0 && (errno == EPERM || errno == EAFNOSUPPORT))
            denied++;
        else
            printf("ESCAPED: netlink protocol %d\n", protocol);
    printf("others denied: %d\n", denied);
}
