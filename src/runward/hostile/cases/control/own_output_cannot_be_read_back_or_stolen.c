//: exit_code = 0
//: says = ["^before$", "^read back: (EBADF|EACCES)$", "^after$"]
#include "attempt.h"

int main(void) {
    char stolen[64];
    puts("before");
    fflush(stdout);
    attempt("read back", read(1, stolen, sizeof stolen));
    puts("after");
}
