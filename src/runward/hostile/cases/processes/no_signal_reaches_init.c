//: exit_code = 7
//: stdout = "sent to init: 64 signals\n"
#include "attempt.h"

int main(void) {
    int sent = 0;
    for (int number = 1; number <= 64; number++) {
        kill(1, number);
        syscall(SYS_tgkill, 1, 1, number);
        sent++;
    }
    printf("sent to init: %d signals\n", sent);
    return 7;
}
