//: signal = "SIGABRT"
//: stdout = "aborting\n"
//: collect = ["**/*core*"]
//: artifacts = {}
#include "attempt.h"

int main(void) {
    puts("aborting");
    fflush(stdout);
    abort();
}
