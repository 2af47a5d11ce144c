//: exit_code = 4
//: stdin = "some input"
//: stdout_bytes = 300000
// The other ends of these pipes are the platform's: non-blocking, asynchronous and tiny must all be survived.
#include "attempt.h"

int main(void) {
    static char block[300000];
    size_t at = 0;
    for (int fd = 0; fd < 3; fd++) {
        fcntl(fd, F_SETFL, O_NONBLOCK | O_ASYNC | O_APPEND | O_DIRECT);
        fcntl(fd, F_SETOWN, 1);
        fcntl(fd, 10 /* F_SETSIG */, SIGKILL);
        fcntl(fd, F_SETPIPE_SZ, 4096);
        fcntl(fd, F_SETLK, &(struct flock){.l_type = F_WRLCK});
    }
    fcntl(1, F_SETOWN, 0);
    fcntl(1, F_SETFL, O_NONBLOCK);
    memset(block, 'x', sizeof block);
    while (at < sizeof block) {
        ssize_t wrote = write(1, block + at, sizeof block - at);
        if (wrote > 0)
            at += wrote;
        else if (errno == EAGAIN)
            usleep(1000);
        else
            return 5;
    }
    return 4;
}
