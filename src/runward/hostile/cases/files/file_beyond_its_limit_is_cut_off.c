//: limits = { file_bytes = "1M" }
//: stdout = "wrote 1048576, then EFBIG\n"
#include "attempt.h"

int main(void) {
    static char block[1 << 16];
    long wrote = 0;
    ssize_t count;
    signal(SIGXFSZ, SIG_IGN);
    int file = open("/box/big", O_CREAT | O_WRONLY, 0600);
    while (wrote < 64 << 20 && (count = write(file, block, sizeof block)) > 0)
        wrote += count;
    printf("wrote %ld, then %s\n", wrote, strerrorname_np(errno));
}
