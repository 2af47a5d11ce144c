//: terminal = true
//: answers = { "/dev/tty /dev/ptmx /dev/pts/ptmx /dev/pts/0 /dev/pts/1 /dev/console" = "ENOENT|EACCES|ENXIO|EPERM", "/proc/self/fd/0 /proc/self/fd/0/ptmx /proc/self/fd/0/../ptmx /proc/thread-self/fd/1" = "EACCES|ENOENT|ENOTDIR|EPERM|EIO", "number peer unlock packets signal" = "ENOTTY|EINVAL|EIO|EPERM" }
#include "attempt.h"
#include <linux/tty_flags.h>
#include <sys/ioctl.h>
#ifndef TIOCGPTPEER
#define TIOCGPTPEER _IO('T', 0x41)
#endif
#ifndef TIOCSIG
#define TIOCSIG _IOW('T', 0x36, int)
#endif

int main(void) {
    const char *paths[] = {"/dev/tty", "/dev/ptmx", "/dev/pts/ptmx", "/dev/pts/0", "/dev/pts/1", "/dev/console",
                           "/proc/self/fd/0", "/proc/self/fd/0/ptmx", "/proc/self/fd/0/../ptmx", "/proc/thread-self/fd/1"};
    int number = 0;
    need(isatty(0), "a terminal");
    for (unsigned i = 0; i < sizeof paths / sizeof *paths; i++)
        attempt(paths[i], open(paths[i], O_RDWR | O_NOCTTY));
    attempt("number", ioctl(0, TIOCGPTN, &number));
    attempt("peer", ioctl(0, TIOCGPTPEER, O_RDWR));
    attempt("unlock", ioctl(0, TIOCSPTLCK, &number));
    attempt("packets", ioctl(0, TIOCPKT, &number));
    attempt("signal", ioctl(0, TIOCSIG, SIGKILL));
}
