//: answers = { "stdin stdout stderr" = "EPERM" }
// ENOTTY would mean that the call got past the filter, and that only the lack of a terminal stopped it.
#include "attempt.h"
#include <sys/ioctl.h>

int main(void) {
    attempt("stdin", ioctl(0, TIOCSTI, "x"));
    attempt("stdout", ioctl(1, TIOCSTI, "x"));
    attempt("stderr", ioctl(2, TIOCSTI, "x"));
}
