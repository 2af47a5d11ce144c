/* Datagrams with descriptors, and how a failure is told. */
#include "core.h"

int report_fd = -1;

_Noreturn void die(const char *what) {
    char text[256];
    int length = snprintf(text, sizeof text, "E%s: %s", what, strerror(errno));
    if (report_fd >= 0)
        send(report_fd, text, (size_t)length, MSG_NOSIGNAL);
    _exit(1);
}

_Noreturn void fail(int error, const char *what) {
    errno = error;
    die(what);
}

void close_all(const int *fds, int count) {
    while (count > 0)
        close(fds[--count]);
}

/* Return the length, 0 at the end, -1 on error.  What does not fit is an error too, and no descriptor is kept then. */
int receive_fds(int socket, void *buffer, size_t size, int *fds, int max, int *count) {
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int) * (MAX_INPUT_FDS + 1))];
    } control;
    struct iovec part = {buffer, size};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    ssize_t length;
    *count = 0;
    while ((length = recvmsg(socket, &message, MSG_CMSG_CLOEXEC)) < 0)
        if (errno != EINTR)
            return -1;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        int got = (int)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        for (int i = 0; i < got; i++) {
            int fd;
            memcpy(&fd, CMSG_DATA(c) + (size_t)i * sizeof fd, sizeof fd);
            if (*count < max)
                fds[(*count)++] = fd;
            else {
                close(fd);
                message.msg_flags |= MSG_CTRUNC;
            }
        }
    }
    if (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) {
        close_all(fds, *count);
        *count = 0;
        errno = EMSGSIZE;
        return -1;
    }
    return (int)length;
}

/* Map a memory file for reading; NULL where that fails or there is nothing in it. */
void *map_file(int fd, size_t *size) {
    struct stat info;
    void *data = MAP_FAILED;
    if (!fstat(fd, &info) && info.st_size > 0)
        data = mmap(NULL, *size = (size_t)info.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    return data == MAP_FAILED ? NULL : data;
}

int send_fds(int socket, const void *buffer, size_t size, const int *fds, int count) {
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int) * 8)];
    } control;
    struct iovec part = {(void *)buffer, size};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (count > 0) {
        memset(&control, 0, sizeof control);
        message.msg_control = &control;
        message.msg_controllen = CMSG_SPACE(sizeof(int) * (size_t)count);
        struct cmsghdr *c = CMSG_FIRSTHDR(&message);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof(int) * (size_t)count);
        memcpy(CMSG_DATA(c), fds, sizeof(int) * (size_t)count);
    }
    ssize_t sent;
    while ((sent = sendmsg(socket, &message, MSG_NOSIGNAL)) < 0 && errno == EINTR)
        ;
    return sent == (ssize_t)size ? 0 : -1;
}

bool write_all(int fd, const void *data, uint64_t size) {
    for (const char *at = data; size > 0;) {
        ssize_t n = write(fd, at, size < INT_MAX ? size : INT_MAX);
        if (n < 0 && errno != EINTR)
            return false;
        at += n > 0 ? n : 0;
        size -= n > 0 ? (uint64_t)n : 0;
    }
    return true;
}
