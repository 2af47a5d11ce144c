//: stdout = "not there: 400 of 400\n"
#include "attempt.h"

int main(void) {
    int absent = 0;
    for (long number = 470; number < 868; number++)
        if (syscall(number, -1, -1, -1, -1, -1, -1) < 0 && errno == ENOSYS)
            absent++;
        else
            printf("ESCAPED: syscall %ld: %s\n", number, strerrorname_np(errno));
    if (syscall(100000, 0) < 0 && errno == ENOSYS)
        absent++;
    if (syscall(0x3fffffff, 0) < 0 && errno == ENOSYS)
        absent++;
    printf("not there: %d of 400\n", absent);
}
