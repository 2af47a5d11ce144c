//: outcome = "cpu_time_limit"
//: limits = { cpu_time = 1, wall_time = 20 }
//: never = ["all done"]
// Each is an orphan, works for a short while and is gone: no process that is ever seen has used much.
#include "attempt.h"

int main(void) {
    for (int i = 0; i < 20; i++) {
        int over[2];
        char byte;
        need(pipe(over) == 0, "pipe");
        if (fork() == 0) {
            if (fork() == 0)
                burn(0.25);
            _exit(0);
        }
        close(over[1]);
        while (read(over[0], &byte, 1) > 0)
            ;
        close(over[0]);
        wait(NULL);
    }
    puts("all done");
}
