//: answers = { "io_uring_setup io_uring_enter io_uring_register bpf_map bpf_prog perf_event_open userfaultfd" = "EPERM" }
#include "attempt.h"

int main(void) {
    static char zeroes[256];
    uint32_t map[16] = {2, 4, 4, 1}, program[32] = {1, 2}, event[32] = {1, 128};
    attempt("io_uring_setup", syscall(SYS_io_uring_setup, 8, zeroes));
    attempt("io_uring_enter", syscall(SYS_io_uring_enter, 0, 1, 0, 0, NULL, 0));
    attempt("io_uring_register", syscall(SYS_io_uring_register, 0, 0, NULL, 0));
    attempt("bpf_map", syscall(SYS_bpf, 0, map, sizeof map));
    attempt("bpf_prog", syscall(SYS_bpf, 5, program, sizeof program));
    attempt("perf_event_open", syscall(SYS_perf_event_open, event, 0, -1, -1, 0));
    attempt("userfaultfd", syscall(SYS_userfaultfd, 1 /* user mode only */));
}
