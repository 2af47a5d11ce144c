//: signal = "SIGKILL"
#include "attempt.h"

int main(void) {
    raise(SIGKILL);
}
