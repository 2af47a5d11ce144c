//: answers = { "/dev/tty /dev/console /dev/tty0 /dev/ttyS0 /dev/ptmx /dev/pts/ptmx /dev/vcs /dev/pts/0" = "ENOENT|EACCES|ENXIO|EPERM" }
#include "attempt.h"

int main(void) {
    const char *paths[] = {"/dev/tty",  "/dev/console",  "/dev/tty0", "/dev/ttyS0",
                           "/dev/ptmx", "/dev/pts/ptmx", "/dev/vcs",  "/dev/pts/0"};
    for (unsigned i = 0; i < sizeof paths / sizeof *paths; i++)
        attempt(paths[i], open(paths[i], O_RDWR | O_NOCTTY));
}
