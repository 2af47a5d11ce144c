//: exit_code = 0
//: limits = { output_bytes = "64K" }
//: stdout_bytes = 4
//: within = 3
#include "attempt.h"

int main(void) {
    need(write(1, "done", 4) == 4, "write");
    if (fork() > 0)
        return 0;
    usleep(100000);
    for (;;)
        if (write(1, "flood", 5) < 0)
            break;
}
