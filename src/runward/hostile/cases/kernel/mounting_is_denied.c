//: answers = { "mount bind remount umount2 pivot_root chroot fsopen fsconfig fsmount fspick move_mount open_tree mount_setattr" = "EPERM" }
#include "attempt.h"
#include <sys/mount.h>

int main(void) {
    uint64_t attributes[4] = {0, 1, 0, 0};
    attempt("mount", mount("none", "/tmp", "tmpfs", 0, NULL));
    attempt("bind", mount("/", "/tmp", NULL, MS_BIND | MS_REC, NULL));
    attempt("remount", mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND, NULL));
    attempt("umount2", umount2("/proc", MNT_DETACH));
    attempt("pivot_root", syscall(SYS_pivot_root, "/box", "/box"));
    attempt("chroot", chroot("/box"));
    attempt("fsopen", syscall(SYS_fsopen, "tmpfs", 0));
    attempt("fsconfig", syscall(SYS_fsconfig, 0, 6, NULL, NULL, 0));
    attempt("fsmount", syscall(SYS_fsmount, 0, 0, 0));
    attempt("fspick", syscall(SYS_fspick, AT_FDCWD, "/", 0));
    attempt("move_mount", syscall(SYS_move_mount, AT_FDCWD, "/tmp", AT_FDCWD, "/box", 0));
    attempt("open_tree", syscall(SYS_open_tree, AT_FDCWD, "/", 1));
    attempt("mount_setattr", syscall(SYS_mount_setattr, AT_FDCWD, "/", 0, attributes, sizeof attributes));
}
