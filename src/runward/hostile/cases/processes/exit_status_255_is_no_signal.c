//: exit_code = 255
#include "attempt.h"

int main(void) {
    exit(-1);
}
