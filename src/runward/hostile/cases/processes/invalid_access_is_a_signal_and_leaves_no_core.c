//: signal = "SIGSEGV"
//: stdout = "reading at nought\n"
//: collect = ["**/*core*"]
//: artifacts = {}
#include "attempt.h"

int main(void) {
    volatile int *nowhere = (int *)8;
    puts("reading at nought");
    fflush(stdout);
    return *nowhere;
}
