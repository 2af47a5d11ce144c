//: limits = { wall_time = 20 }
//: stdout_bytes = 200000
#include "attempt.h"

int main(void) {
    for (int i = 0; i < 200000; i++)
        if (write(1, "x", 1) != 1)
            return 1;
    return 0;
}
