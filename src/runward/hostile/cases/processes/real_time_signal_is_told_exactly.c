//: signal = "SIGRTMAX"
//: stdout = "dying\n"
#include "attempt.h"

int main(void) {
    puts("dying");
    fflush(stdout);
    raise(64);
}
