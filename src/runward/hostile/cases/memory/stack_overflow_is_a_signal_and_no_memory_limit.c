//: signal = "SIGSEGV"
//: limits = { memory_bytes = "128M", stack_bytes = "8M" }
//: stdout = "down\n"
#include "attempt.h"

static int down(volatile int *above) {
    volatile int here[256];
    here[0] = *above + 1;
    return down(here) + here[0];
}

int main(void) {
    volatile int start = 0;
    puts("down");
    fflush(stdout);
    return down(&start);
}
