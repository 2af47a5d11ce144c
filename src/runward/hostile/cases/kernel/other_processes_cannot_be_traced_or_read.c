//: answers = { "traceme attach seize process_vm_readv process_vm_writev pidfd_getfd pidfd_getfd_init kcmp" = "EPERM" }
#include "attempt.h"
#include <sys/ptrace.h>
#include <sys/uio.h>

int main(void) {
    char byte = 0;
    struct iovec here = {&byte, 1};
    pid_t child = fork();
    if (child == 0) {
        pause();
        _exit(0);
    }
    int pidfd = syscall(SYS_pidfd_open, child, 0), init = syscall(SYS_pidfd_open, 1, 0);
    attempt("traceme", ptrace(PTRACE_TRACEME, 0, NULL, NULL));
    attempt("attach", ptrace(PTRACE_ATTACH, child, NULL, NULL));
    attempt("seize", ptrace(PTRACE_SEIZE, child, NULL, NULL));
    attempt("process_vm_readv", process_vm_readv(child, &here, 1, &here, 1, 0));
    attempt("process_vm_writev", process_vm_writev(child, &here, 1, &here, 1, 0));
    attempt("pidfd_getfd", syscall(SYS_pidfd_getfd, pidfd, 1, 0));
    attempt("pidfd_getfd_init", syscall(SYS_pidfd_getfd, init, 0, 0));
    attempt("kcmp", syscall(SYS_kcmp, child, getpid(), 0, 1, 1));
    kill(child, SIGKILL);
}
