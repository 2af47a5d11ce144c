//: terminal = true
//: exit_code = 7
//: says = ["RWR2", "ended"]
#include "attempt.h"
#include <sys/ioctl.h>
#include <termios.h>

/* Every mode there is, and words of the platform's own between them. */
int main(void) {
    struct termios mode;
    need(tcgetattr(0, &mode) == 0, "a terminal");
    for (unsigned bits = 1; bits; bits <<= 1) {
        struct termios changed = mode;
        struct winsize size = {.ws_row = (unsigned short)bits, .ws_col = 65535};
        changed.c_iflag ^= bits;
        changed.c_lflag ^= bits & ~TOSTOP;
        changed.c_cflag ^= bits;
        tcsetattr(0, TCSANOW, &changed);
        ioctl(0, TIOCSWINSZ, &size);
        ioctl(0, TIOCEXCL);
        dprintf(1, "F\x01\x02\x03\x04 RWR2 {\"ended\": {\"status\": 0}}\n");
    }
    tcsetattr(0, TCSANOW, &mode);
    return 7;
}
