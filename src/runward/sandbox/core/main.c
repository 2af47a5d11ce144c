/* The zygote: read the description of a root, move into it, then clone a slot for each message until the end. */
#include "core.h"

static void close_all(const int *fds, int count) {
    while (count > 0)
        close(fds[--count]);
}

/* The namespaces belong to the supervisor's user namespace; init leaves that one afterwards (slot.c), so that it owns
 * none of them: not even a broken init can mount, or configure a network. */
static pid_t clone_slot(const struct spawn *spawn, const int *fds, int *pidfd) {
    struct clone_args args = {
        .flags = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_PIDFD,
        .pidfd = (uint64_t)(uintptr_t)pidfd,
        .exit_signal = SIGCHLD,
    };
    if (spawn->flags & SPAWN_INTO_CGROUP) {
        args.flags |= CLONE_INTO_CGROUP; /* born there: moving a process costs an RCU grace period */
        args.cgroup = (uint64_t)fds[1];
    }
    return (pid_t)syscall(SYS_clone3, &args, sizeof args);
}

static void spawn_slot(const struct spawn *spawn, const int *fds, int count) {
    int pidfd = -1;
    pid_t pid = clone_slot(spawn, fds, &pidfd);
    if (pid == 0) {
        signal(SIGCHLD, SIG_DFL);
        close(CONTROL_FD);
        bool v1 = !(spawn->flags & SPAWN_INTO_CGROUP);
        _exit(slot_main(spawn, fds[0], fds + 1, v1 ? count - 1 : 0));
    }
    int32_t answer[2] = {'S', pid > 0 ? pid : -errno};
    send_fds(CONTROL_FD, answer, sizeof answer, &pidfd, pid > 0 ? 1 : 0);
    if (pid > 0)
        close(pidfd);
    close_all(fds, count);
}

static void *map_file(int fd, size_t *size) {
    struct stat info;
    if (fstat(fd, &info))
        die("descriptions");
    *size = (size_t)info.st_size;
    void *data = mmap(NULL, *size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (data == MAP_FAILED)
        die("descriptions");
    close(fd);
    return data;
}

/* The description of the root (root.c) and the system call filter (filter.py). */
static void receive_descriptions(void) {
    char type;
    int fds[2], count;
    size_t root_size, filter_size;
    if (receive_fds(CONTROL_FD, &type, 1, fds, 2, &count) != 1 || count != 2)
        die("receive the descriptions");
    const char *root = map_file(fds[0], &root_size);
    void *filter = map_file(fds[1], &filter_size);
    build_root(root, root_size);
    set_filter(filter, filter_size);
}

static int zygote_main(int control) {
    if (control != CONTROL_FD && dup3(control, CONTROL_FD, O_CLOEXEC) < 0)
        return 2;
    close_range(CONTROL_FD + 1, ~0u, 0);
    report_fd = CONTROL_FD;
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* the end of the control socket says the same, but a busy zygote reads late */
    prctl(PR_SET_DUMPABLE, 0);
    prctl(PR_SET_NAME, "runward-zygote");
    signal(SIGCHLD, SIG_IGN); /* slots are watched by pidfd; nobody waits for them */
    signal(SIGPIPE, SIG_IGN);
    umask(022);
    receive_descriptions();
    char ready = 'Z';
    send_fds(CONTROL_FD, &ready, 1, NULL, 0);
    for (;;) {
        struct spawn spawn;
        int fds[1 + MAX_CGROUP_FDS], count;
        int length = receive_fds(CONTROL_FD, &spawn, sizeof spawn, fds, 1 + MAX_CGROUP_FDS, &count);
        if (length <= 0)
            return length < 0;
        if (length != sizeof spawn || spawn.type != 'S' || count < 1 || (spawn.flags & SPAWN_INTO_CGROUP && count != 2)) {
            close_all(fds, count);
            errno = EPROTO;
            die("spawn message");
        }
        spawn_slot(&spawn, fds, count);
    }
}

int main(int argc, char **argv) {
    if (argc == 3 && !strcmp(argv[1], "zygote"))
        return zygote_main(atoi(argv[2]));
    fputs("usage: runward-core zygote FD\nStarted by the supervisor; see ARCHITECTURE.md.\n", stderr);
    return 2;
}
