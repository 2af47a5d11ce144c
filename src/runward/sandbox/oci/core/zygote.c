/* The zygote, in the root of a slot kind: it speaks with the supervisor as that of core/main.c does, and clones a cage where
 * that one clones a slot. */
#include "cage.h"
#include <linux/mount.h>

/* Opened here, where it is allowed to: the kernel goes by who opened it when the runtime writes itself into it. */
static void open_cgroups(struct birth *birth, const int *fds, int count) {
    bool v2 = birth->spawn.flags & SPAWN_INTO_CGROUP;
    for (int i = 0; i < count; i++) {
        int fd = v2 ? openat(fds[i], "cgroup.procs", O_WRONLY | O_CLOEXEC) : fds[i];
        if (fd < 0)
            die("cgroup.procs");
        birth->cgroups[birth->cgroup_count++] = fd;
    }
}

static pid_t clone_cage(struct birth *birth, int *pidfd) {
    struct clone_args args = {
        .flags = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS |
                 CLONE_NEWCGROUP | CLONE_PIDFD,
        .pidfd = (uint64_t)(uintptr_t)pidfd,
        .exit_signal = SIGCHLD,
    };
    pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof args);
    if (pid == 0)
        live_in_cage(birth);
    return pid;
}

static void make_cage(const struct spawn *spawn, int *fds, int count) {
    struct birth birth = {.spawn = *spawn, .control = fds[0]};
    int pidfd = -1;
    open_cgroups(&birth, fds + 1, count - 1);
    pid_t pid = clone_cage(&birth, &pidfd);
    int32_t answer[2] = {'S', pid > 0 ? pid : -errno};
    send_fds(CONTROL_FD, answer, sizeof answer, &pidfd, pid > 0 ? 1 : 0);
    if (pid > 0)
        close(pidfd);
    if (spawn->flags & SPAWN_INTO_CGROUP)
        close_all(birth.cgroups, birth.cgroup_count);
    close_all(fds, count);
}

/* A runtime remounts the root, perhaps without these, which it may not where they are locked.  There is nothing on it that
 * they would hold, what is bound below has its own, and the container's copy gets them again. */
static void unlock_root(void) {
    struct mount_attr attr = {.attr_clr = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV};
    if (syscall(SYS_mount_setattr, AT_FDCWD, "/", 0, &attr, sizeof attr))
        die("flags of the root");
}

int zygote_main(int control) {
    if (control != CONTROL_FD && dup3(control, CONTROL_FD, O_CLOEXEC) < 0)
        return 2;
    close_range(CONTROL_FD + 1, ~0u, 0);
    report_fd = CONTROL_FD;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NAME, "runward-cages");
    umask(022);
    signal(SIGCHLD, SIG_IGN); /* cages are watched by pidfd; nobody waits for them */
    signal(SIGPIPE, SIG_IGN);
    receive_descriptions();
    unlock_root();
    send_fds(CONTROL_FD, "Z", 1, NULL, 0);
    for (;;) {
        struct spawn spawn;
        int fds[1 + MAX_CGROUP_FDS], count;
        int length = receive_fds(CONTROL_FD, &spawn, sizeof spawn, fds, 1 + MAX_CGROUP_FDS, &count);
        if (length == 0)
            return 0;
        if (length != sizeof spawn || spawn.type != 'S' || count < 1 || spawn.flags & SPAWN_SINGLE_UID) {
            errno = EPROTO;
            die("spawn message");
        }
        make_cage(&spawn, fds, count);
    }
}
