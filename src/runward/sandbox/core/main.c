/* The zygote: read the description of a root, move into it, then clone a slot for each message until the end.
 *
 * A warm zygote executes its interpreter in the finished root, which loads this again, as a library, and calls
 * runward_serve; what must outlive that is inherited: the control socket, and the filter as a descriptor. */
#include "core.h"

bool in_interpreter;
static char command_name[16]; /* the interpreter's, which a payload bears again */

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

/* Returns true in a warm payload alone. */
static bool spawn_slot(const struct spawn *spawn, const int *fds, int count) {
    int pidfd = -1;
    pid_t pid = clone_slot(spawn, fds, &pidfd);
    if (pid == 0) {
        signal(SIGCHLD, SIG_DFL);
        close(CONTROL_FD);
        bool v1 = !(spawn->flags & SPAWN_INTO_CGROUP);
        int status = slot_main(spawn, fds[0], fds + 1, v1 ? count - 1 : 0);
        if (status == IN_WARM_PAYLOAD)
            return true;
        _exit(status);
    }
    int32_t answer[2] = {'S', pid > 0 ? pid : -errno};
    send_fds(CONTROL_FD, answer, sizeof answer, &pidfd, pid > 0 ? 1 : 0);
    close(pidfd);
    close_all(fds, count);
    return false;
}

/* Returns 0 at the end of the control socket; 1 in a warm payload. */
static int serve_slots(void) {
    size_t size;
    void *filters = map_file(FILTER_FD, &size);
    set_filters(filters, size);
    prctl(PR_SET_DUMPABLE, 0);
    prctl(PR_SET_NAME, "runward-zygote");
    signal(SIGCHLD, SIG_IGN); /* slots are watched by pidfd; nobody waits for them */
    signal(SIGPIPE, SIG_IGN);
    send_fds(CONTROL_FD, "Z", 1, NULL, 0);
    for (;;) {
        struct spawn spawn;
        int fds[1 + MAX_CGROUP_FDS], count;
        int length = receive_fds(CONTROL_FD, &spawn, sizeof spawn, fds, 1 + MAX_CGROUP_FDS, &count);
        if (length == 0)
            return 0;
        if (length != sizeof spawn || spawn.type != 'S' || count < 1 || (spawn.flags & SPAWN_INTO_CGROUP && count != 2))
            fail(EPROTO, "spawn message");
        if (spawn_slot(&spawn, fds, count))
            return 1;
    }
}

/* For the interpreter: clone slots until the end; return in each one's payload.  Its caller has no other thread: a fork
 * would leave the locks of others held for ever. */
__attribute__((visibility("default"))) void runward_serve(void) {
    in_interpreter = true;
    report_fd = CONTROL_FD;
    prctl(PR_GET_NAME, command_name);
    fcntl(CONTROL_FD, F_SETFD, FD_CLOEXEC);
    if (unshare(CLONE_VM | CLONE_SIGHAND | CLONE_THREAD)) /* does nothing, but fails where there are threads */
        die("single thread");
    if (!serve_slots())
        _exit(0);
    prctl(PR_SET_NAME, command_name);
    prctl(PR_SET_DUMPABLE, 1); /* as after an exec: else it could not open what is under /proc/self */
}

int main(int argc, char **argv) {
    if (argc < 3 || (strcmp(argv[1], "zygote") && strcmp(argv[1], "ahead")))
        return fputs("usage: runward-core zygote|ahead FD [PROGRAM...]\nStarted by the supervisor; see ARCHITECTURE.md.\n", stderr), 2;
    int control = atoi(argv[2]);
    if (control != CONTROL_FD && dup3(control, CONTROL_FD, O_CLOEXEC) < 0)
        return 2;
    close_range(CONTROL_FD + 1, ~0u, 0);
    report_fd = CONTROL_FD;
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* the end of the control socket says the same, but a busy zygote reads late */
    umask(022);
    receive_descriptions();
    ahead = strcmp(argv[1], "ahead") ? NULL : argv + 3;
    if (ahead || argc == 3)
        return serve_slots();
    fcntl(CONTROL_FD, F_SETFD, 0);
    fcntl(FILTER_FD, F_SETFD, 0);
    if (chdir("/box") == 0) /* where its program will be */
        execve(argv[3], argv + 3, environ);
    die(argv[3]);
}
