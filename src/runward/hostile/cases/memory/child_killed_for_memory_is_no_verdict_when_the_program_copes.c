//: exit_code = 0
//: limits = { memory_bytes = "64M" }
//: says = ["^child died of 9$"]
//: never = ["child lived"]
#include "attempt.h"

int main(void) {
    int status = 0;
    if (fork() == 0) {
        char *block = malloc(128 << 20);
        memset(block, 1, 128 << 20);
        puts("child lived");
        _exit(block[77]);
    }
    wait(&status);
    printf("child died of %d\n", WTERMSIG(status));
    return 0;
}
