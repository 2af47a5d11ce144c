//: answers = { "settimeofday clock_settime adjtimex clock_adjtime stime_by_zone" = "EPERM" }
#include "attempt.h"
#include <sys/time.h>
#include <sys/timex.h>

int main(void) {
    struct timeval day = {1, 0};
    struct timespec time = {1, 0};
    struct timex change = {.modes = ADJ_OFFSET, .offset = 500};
    struct timezone zone = {60, 0};
    attempt("settimeofday", syscall(SYS_settimeofday, &day, NULL));
    attempt("stime_by_zone", syscall(SYS_settimeofday, NULL, &zone));
    attempt("clock_settime", syscall(SYS_clock_settime, CLOCK_REALTIME, &time));
    attempt("adjtimex", syscall(SYS_adjtimex, &change));
    attempt("clock_adjtime", syscall(SYS_clock_adjtime, CLOCK_REALTIME, &change));
}
