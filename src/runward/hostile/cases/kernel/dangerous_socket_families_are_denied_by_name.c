//: answers = { "alg vsock packet xdp bluetooth can tipc rds smc kcm qipcrtr nfc ax25 x25 appletalk pppox" = "EAFNOSUPPORT|EPERM" }
#include "attempt.h"
#include <sys/socket.h>

int main(void) {
    attempt("alg", socket(38, SOCK_SEQPACKET, 0));
    attempt("vsock", socket(40, SOCK_STREAM, 0));
    attempt("packet", socket(17, SOCK_RAW, 0));
    attempt("xdp", socket(44, SOCK_RAW, 0));
    attempt("bluetooth", socket(31, SOCK_RAW, 1));
    attempt("can", socket(29, SOCK_RAW, 1));
    attempt("tipc", socket(30, SOCK_STREAM, 0));
    attempt("rds", socket(21, SOCK_SEQPACKET, 0));
    attempt("smc", socket(43, SOCK_STREAM, 0));
    attempt("kcm", socket(41, SOCK_SEQPACKET, 0));
    attempt("qipcrtr", socket(42, SOCK_DGRAM, 0));
    attempt("nfc", socket(39, SOCK_SEQPACKET, 0));
    attempt("ax25", socket(3, SOCK_SEQPACKET, 0));
    attempt("x25", socket(9, SOCK_SEQPACKET, 0));
    attempt("appletalk", socket(5, SOCK_DGRAM, 0));
    attempt("pppox", socket(24, SOCK_STREAM, 0));
}
