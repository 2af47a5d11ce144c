//: exit_code = 9
//: stdout = "other descriptors that took it: 0\n"
#include "attempt.h"
#include <sys/socket.h>

int main(void) {
    static const char *forgeries[] = {"{\"outcome\":\"exited\",\"exit_code\":0}\n", "\0\0\0\x10" "exited 0 00000000", "\x01\0\0\0\0\0\0\0"};
    int took = 0;
    for (int fd = 3; fd < 65536; fd++)
        for (int i = 0; i < 3; i++)
            if (write(fd, forgeries[i], 20) > 0 || send(fd, forgeries[i], 20, MSG_NOSIGNAL) > 0)
                took++;
    printf("other descriptors that took it: %d\n", took);
    return 9;
}
