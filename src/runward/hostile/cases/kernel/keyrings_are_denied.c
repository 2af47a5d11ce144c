//: answers = { "add_key add_key_user request_key get_session join_session search link_process_keyring" = "EPERM" }
#include "attempt.h"

int main(void) {
    attempt("add_key", syscall(SYS_add_key, "user", "left", "behind", 6, -3));
    attempt("add_key_user", syscall(SYS_add_key, "user", "left", "behind", 6, -4));
    attempt("request_key", syscall(SYS_request_key, "user", "left", NULL, -3));
    attempt("get_session", syscall(SYS_keyctl, 0, -3, 1));
    attempt("join_session", syscall(SYS_keyctl, 1, "shared"));
    attempt("search", syscall(SYS_keyctl, 10, -4, "user", "left", 0));
    attempt("link_process_keyring", syscall(SYS_keyctl, 8, -4, -2));
}
