//: answers = { "ipv4 ipv6 icmp tcp any" = "EPERM|EAFNOSUPPORT|EACCES|EPROTONOSUPPORT" }
#include "attempt.h"
#include <netinet/in.h>
#include <sys/socket.h>

int main(void) {
    attempt("ipv4", socket(AF_INET, SOCK_RAW, IPPROTO_RAW));
    attempt("ipv6", socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6));
    attempt("tcp", socket(AF_INET, SOCK_RAW, IPPROTO_TCP));
    attempt("any", socket(AF_INET6, SOCK_RAW, 0));
    attempt("icmp", socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
}
