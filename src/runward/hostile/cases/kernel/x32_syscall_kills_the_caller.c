//: signal = "SIGSYS"
//: stdout = "calling\n"
#include "attempt.h"

int main(void) {
    puts("calling");
    fflush(stdout);
    printf("ESCAPED: x32 getpid gave %ld\n", syscall(0x40000000 + SYS_getpid));
}
