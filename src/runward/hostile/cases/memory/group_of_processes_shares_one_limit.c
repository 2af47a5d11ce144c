//: outcome = "memory_limit"
//: limits = { memory_bytes = "64M" }
//: never = ["all hold theirs"]
#include "attempt.h"

int main(void) {
    int holding[2], count = 0;
    char byte;
    need(pipe(holding) == 0, "pipe");
    for (int i = 0; i < 8; i++)
        if (fork() == 0) {
            char *block = malloc(24 << 20);
            need(block != NULL, "malloc");
            memset(block, 1, 24 << 20);
            need(write(holding[1], "x", 1) == 1, "write");
            close(holding[1]);
            pause();
        }
    close(holding[1]);
    while (count < 8 && read(holding[0], &byte, 1) == 1)
        count++;
    if (count == 8)
        puts("all hold theirs");
    return 1;
}
