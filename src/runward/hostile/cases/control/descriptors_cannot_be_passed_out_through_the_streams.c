//: answers = { "stdin stdout stderr" = "ENOTSOCK" }
#include "attempt.h"
#include <sys/socket.h>

static long pass(int stream) {
    char control[CMSG_SPACE(sizeof(int))] = {0}, byte = 'x';
    struct iovec data = {&byte, 1};
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    *header = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
    memcpy(CMSG_DATA(header), &(int){open("/", O_RDONLY)}, sizeof(int));
    return sendmsg(stream, &message, 0);
}

int main(void) {
    attempt("stdin", pass(0));
    attempt("stdout", pass(1));
    attempt("stderr", pass(2));
}
