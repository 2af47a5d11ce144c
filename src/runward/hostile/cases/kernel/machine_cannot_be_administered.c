//: answers = { "kexec_load kexec_file_load reboot swapon swapoff init_module finit_module delete_module iopl ioperm acct quotactl sethostname setdomainname vhangup syslog" = "EPERM" }
#include "attempt.h"

int main(void) {
    attempt("kexec_load", syscall(SYS_kexec_load, 0, 0, NULL, 0));
    attempt("kexec_file_load", syscall(SYS_kexec_file_load, 0, -1, 0, "", 0));
    attempt("reboot", syscall(SYS_reboot, 0xfee1dead, 672274793, 0x89abcdef, NULL)); /* Ctrl-Alt-Del on: harmless */
    attempt("swapon", syscall(SYS_swapon, "/box/swap", 0));
    attempt("swapoff", syscall(SYS_swapoff, "/box/swap"));
    attempt("init_module", syscall(SYS_init_module, "", 0, ""));
    attempt("finit_module", syscall(SYS_finit_module, 0, "", 0));
    attempt("delete_module", syscall(SYS_delete_module, "none_of_this_name", 0));
    attempt("iopl", syscall(SYS_iopl, 3));
    attempt("ioperm", syscall(SYS_ioperm, 0x70, 2, 1));
    attempt("acct", syscall(SYS_acct, "/box/acct"));
    attempt("quotactl", syscall(SYS_quotactl, 0x80000000, "/dev/vda", 0, NULL));
    attempt("sethostname", syscall(SYS_sethostname, "owned", 5));
    attempt("setdomainname", syscall(SYS_setdomainname, "owned", 5));
    attempt("vhangup", syscall(SYS_vhangup));
    attempt("syslog", syscall(SYS_syslog, 3, NULL, 0));
}
