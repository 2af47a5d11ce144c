//: says = ["^allowed: 1 2 10 16$", "^denied: 44$"]
#include "attempt.h"
#include <sys/socket.h>

int main(void) {
    int types[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_RAW, SOCK_SEQPACKET}, denied = 0;
    printf("allowed:");
    for (int family = 0; family < 48; family++) {
        int open_at_all = 0;
        for (int i = 0; i < 4; i++)
            for (int pair = 0; pair < 2; pair++) {
                int ends[2];
                long fd = pair ? socketpair(family, types[i], 0, ends) : socket(family, types[i], 0);
                if (fd >= 0 || (errno != EAFNOSUPPORT && errno != EPERM))
                    open_at_all = 1;
            }
        if (open_at_all)
            printf(" %d", family);
        else
            denied++;
    }
    printf("\ndenied: %d\n", denied);
}
