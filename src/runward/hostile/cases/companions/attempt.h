/* Says what the kernel answered to something forbidden, so that a case proves that it tried.  Include it first. */
#ifndef ATTEMPT_H
#define ATTEMPT_H
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Print "what: ERRNO" for a call that failed, "ESCAPED: what" for one that did not. */
__attribute__((unused)) static void attempt(const char *what, long result) {
    int error = errno;
    if (result >= 0)
        printf("ESCAPED: %s gave %ld\n", what, result);
    else
        printf("%s: %s\n", what, strerrorname_np(error));
    fflush(stdout);
}

/* Print "what: ok" or "what: ERRNO" for a call that may well succeed. */
__attribute__((unused)) static void tell(const char *what, long result) {
    int error = errno;
    printf("%s: %s\n", what, result >= 0 ? "ok" : strerrorname_np(error));
    fflush(stdout);
}

/* Leave with the line "cannot try" where the case could not be set up: it must fail, not pass. */
__attribute__((unused)) static void need(int condition, const char *what) {
    if (condition)
        return;
    printf("cannot try: %s: %s\n", what, strerrorname_np(errno));
    exit(99);
}

/* Use so much CPU time in this thread; as much more as the limits are stretched. */
__attribute__((unused)) static void burn(double seconds) {
    double scale = atof("@SCALE@");
    struct timespec now;
    volatile unsigned long sum = 0;
    double start = -1, at;
    do {
        for (int i = 0; i < 100000; i++)
            sum += i;
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
        at = now.tv_sec + now.tv_nsec / 1e9;
        if (start < 0)
            start = at;
    } while (at - start < seconds * (scale > 0 ? scale : 1));
}
#endif
