//: answers = { "init parent child" = "EPERM" }
#include "attempt.h"
#include <sys/resource.h>

int main(void) {
    struct rlimit none = {0, 0};
    pid_t child = fork();
    if (child == 0) {
        pause();
        _exit(0);
    }
    attempt("init", prlimit(1, RLIMIT_NOFILE, &none, NULL));
    attempt("parent", prlimit(getppid(), RLIMIT_CPU, &none, NULL));
    attempt("child", prlimit(child, RLIMIT_CPU, &none, NULL));
    kill(child, SIGKILL);
}
