//: answers = { "clear strict_to_filter" = "EINVAL|EPERM" }
#include "attempt.h"
#include <sys/prctl.h>

int main(void) {
    need(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1, "no_new_privs is not set");
    attempt("clear", prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0));
    attempt("strict_to_filter", prctl(PR_SET_SECCOMP, 0, NULL));
}
