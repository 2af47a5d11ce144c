//: exit_code = 0
//: stdout = "sent\n"
//: within = 4
#include "attempt.h"

int main(void) {
    union sigval value = {.sival_int = 7};
    for (int i = 0; i < 200000; i++)
        sigqueue(1, SIGRTMIN + i % 30, value);
    puts("sent");
}
