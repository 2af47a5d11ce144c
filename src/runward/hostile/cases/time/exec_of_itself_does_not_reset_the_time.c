//: outcome = "cpu_time_limit"
//: limits = { cpu_time = 1, wall_time = 20 }
//: never = ["all done", "cannot"]
#include "attempt.h"

int main(int argc, char **argv) {
    int round = argc > 1 ? atoi(argv[1]) : 0;
    char next[16];
    burn(0.2);
    if (round == 30) {
        puts("all done");
        return 0;
    }
    snprintf(next, sizeof next, "%d", round + 1);
    execl("/proc/self/exe", argv[0], next, NULL);
    need(0, "exec of itself");
}
