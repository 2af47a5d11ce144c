//: signal = "SIGPIPE"
//: stdout = "dying\n"
// A program that runs as pid 1 of its namespace would not die of this.
#include "attempt.h"

int main(void) {
    puts("dying");
    fflush(stdout);
    kill(getpid(), SIGPIPE);
    for (;;)
        pause();
}
