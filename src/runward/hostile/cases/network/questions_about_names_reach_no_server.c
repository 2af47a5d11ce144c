//: answers = { "resolver_of_the_host resolver_on_the_loopback public_resolver multicast_resolver" = "ENETUNREACH|ECONNREFUSED|EADDRNOTAVAIL|EHOSTUNREACH|EPERM|ENODEV" }
#include "attempt.h"
#include <arpa/inet.h>
#include <sys/socket.h>

static long ask(const char *server, int port) {
    static const char question[] = "\x12\x34\1\0\0\1\0\0\0\0\0\0\7example\3org\0\0\1\0\1";
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct timeval limit = {.tv_sec = 1};
    char answer[512];
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    need(fd >= 0, "socket");
    inet_pton(AF_INET, server, &address.sin_addr);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (connect(fd, (void *)&address, sizeof address) || send(fd, question, sizeof question - 1, 0) < 0)
        return -1;
    return recv(fd, answer, sizeof answer, 0);
}

int main(void) {
    attempt("resolver_of_the_host", ask("@HOST_IP@", @TCP_PORT@));
    attempt("resolver_on_the_loopback", ask("127.0.0.53", 53));
    attempt("public_resolver", ask("9.9.9.9", 53));
    attempt("multicast_resolver", ask("224.0.0.251", 5353));
}
