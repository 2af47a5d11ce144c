//: collect = ["out.txt", "**/*.txt"]
//: never = ["root:"]
//: says = ["^swapping$"]
#include "attempt.h"

int main(void) {
    int file = open("/box/out.txt", O_CREAT | O_WRONLY, 0644);
    need(file >= 0 && symlink("/etc/passwd", "/box/link") == 0, "two names");
    for (int i = 0; i < 2; i++)
        if (fork() == 0) {
            setsid();
            for (;;)
                syscall(SYS_renameat2, AT_FDCWD, "/box/out.txt", AT_FDCWD, "/box/link", 2 /* RENAME_EXCHANGE */);
        }
    usleep(50000);
    puts("swapping");
}
