//: stdout = "open: 0 1 2\n"
#include "attempt.h"

int main(void) {
    printf("open:");
    for (int fd = 0; fd < 100000; fd++)
        if (fcntl(fd, F_GETFD) >= 0)
            printf(" %d", fd);
    puts("");
}
