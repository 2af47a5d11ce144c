//: exit_code = 0
//: says = ["^before$", "^after$"]
//: never = ["^stolen"]
// A pipe can be opened for reading through /proc by whoever owns it: what is read there must not hide an ending.
#include "attempt.h"

int main(void) {
    puts("before");
    fflush(stdout);
    int again = open("/proc/self/fd/1", O_RDONLY | O_NONBLOCK);
    tell("opened for reading", again);
    puts("after");
    return 0;
}
