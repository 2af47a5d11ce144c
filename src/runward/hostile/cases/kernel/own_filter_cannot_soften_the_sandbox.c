//: answers = { "mount unshare" = "EPERM" }
#include "attempt.h"
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>

int main(void) {
    struct sock_filter allow_all[] = {{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW}};
    struct sock_fprog filter = {1, allow_all};
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
    attempt("mount", mount("none", "/tmp", "tmpfs", 0, NULL));
    attempt("unshare", unshare(CLONE_NEWUSER));
}
