/* The cage that an OCI runtime is started in: namespaces of its own, two ids, and a root with nothing in it but what the
 * program may read and the runtime.  So neither the runtime nor its gofer has any privilege on the host, or sees a file of
 * it; and the end of the cage, process 1 of its pid namespace, is the end of all that the runtime has started. */
#include "cage.h"
#include <linux/mount.h>

extern int mount(const char *, const char *, const char *, unsigned long, const void *); /* see core/root.c */
enum { OLD_MS_RDONLY = 1, OLD_MS_NOSUID = 2, OLD_MS_NODEV = 4, OLD_MS_NOEXEC = 8 };
enum { MAX_ARGUMENTS = 64, MAX_CONFIG = 1 << 18 };

static char *read_place(const char *name, size_t *size) {
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    char *text = calloc(1, MAX_CONFIG);
    ssize_t n = fd < 0 || !text ? -1 : read(fd, text, MAX_CONFIG - 1);
    if (n < 0)
        die(name);
    close(fd);
    *size = (size_t)n;
    return text;
}

static void take_identity(void) {
    if (setgroups(0, NULL) || setresgid(0, 0, 0) || setresuid(0, 0, 0))
        die("identity of the cage");
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* a change of identity takes it back */
    prctl(PR_SET_DUMPABLE, 1);        /* else what is under /proc/self would belong to somebody else */
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

/* The supervisor says who we are outside; only then is there a root. */
static void become_root(int control) {
    char byte;
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* the zygote's end is ours */
    if (send_fds(control, "U", 1, NULL, 0) || recv(control, &byte, 1, 0) != 1)
        _exit(1);
    take_identity();
}

/* The container's root is the one we are in, as it is now; the cage's own space is mounted after that was copied. */
static void mount_bundle(const struct birth *birth) {
    if (access(PLACE "/scratch", F_OK) == 0) {
        struct spawn inside = birth->spawn;
        inside.guest_uid = GUEST_UID;
        mount_scratch(&inside);
    }
    struct mount_attr attr = {.attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV};
    int root = (int)syscall(SYS_open_tree, AT_FDCWD, "/", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
    if (root < 0 || syscall(SYS_mount_setattr, root, "", AT_EMPTY_PATH, &attr, sizeof attr) ||
        mount("proc", "/proc", "proc", OLD_MS_NOSUID | OLD_MS_NODEV | OLD_MS_NOEXEC, NULL) ||
        mount("cage", SPACE, "tmpfs", OLD_MS_NOSUID | OLD_MS_NODEV, "mode=700,size=16m") || mkdir(SPACE "/rootfs", 0755) ||
        syscall(SYS_move_mount, root, "", AT_FDCWD, SPACE "/rootfs", MOVE_MOUNT_F_EMPTY_PATH) ||
        /* That of the host is below it, which a container whose gofer follows its orders must not see. */
        mount("cover", SPACE "/rootfs/proc", "tmpfs", OLD_MS_RDONLY, "mode=555"))
        die("mounts of the cage");
    close(root);
    /* runc looks for a hierarchy before it finds that it has nothing to do there; in this one it may write nothing. */
    mount("cgroup", "/sys/fs/cgroup", "cgroup2", OLD_MS_NOSUID | OLD_MS_NODEV | OLD_MS_NOEXEC, NULL);
}

/* The template has the size of the disk, which each slot may have its own of, as @DISK@. */
static void write_bundle(uint64_t disk_bytes) {
    size_t size;
    char *text = read_place(PLACE "/config.json", &size), *mark;
    int fd = open(SPACE "/config.json", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool written = fd >= 0;
    for (; written && (mark = strstr(text, "@DISK@")); text = mark + 6) {
        char number[24];
        int length = snprintf(number, sizeof number, "%llu", (unsigned long long)disk_bytes);
        written = write_all(fd, text, (size_t)(mark - text)) && write_all(fd, number, (size_t)length);
    }
    if (!written || !write_all(fd, text, strlen(text)))
        die("bundle");
    close(fd);
}

static void join_cgroups(const struct birth *birth) {
    for (int i = 0; i < birth->cgroup_count; i++)
        if (write(birth->cgroups[i], "0", 1) != 1)
            die("join the control group");
}

_Noreturn static void execute_runtime(const int streams[3]) {
    static char *const environment[] = {"PATH=/usr/bin:/bin:/usr/sbin:/sbin", "HOME=" SPACE, "TMPDIR=" SPACE, NULL};
    char *arguments[MAX_ARGUMENTS] = {0};
    size_t size;
    char *text = read_place(PLACE "/runtime", &size);
    for (int i = 0; i < MAX_ARGUMENTS - 1 && (arguments[i] = strsep(&text, "\n")); i++)
        ;
    for (int i = 0; i < 3; i++)
        dup2(streams[i], i);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGCHLD, SIG_DFL);
    close_range(STDERR_FILENO + 1, ~0u, CLOSE_RANGE_CLOEXEC);
    execve(arguments[0], arguments, environment);
    die(arguments[0]);
}

/* What becomes the runtime joins the program's control groups while it still is who the zygote is: on cgroup v1 an ordinary
 * user may move nobody else.  Then it waits for its streams, which come when the bundle is there. */
static int fork_runtime(const struct birth *birth) {
    int ends[2], streams[3], count;
    char byte;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
        die("socket pair");
    pid_t pid = fork();
    if (pid < 0)
        die("fork");
    if (pid == 0) {
        close(ends[0]); /* else its end, which is the cage's, would never be seen */
        join_cgroups(birth);
        if (receive_fds(ends[1], &byte, 1, streams, 3, &count) != 1 || count != 3)
            _exit(1);
        take_identity();
        execute_runtime(streams);
    }
    close(ends[1]);
    close_all(birth->cgroups, birth->cgroup_count);
    return ends[0];
}

/* It leaves the container running, as a child of ours, and ends. */
static void start_runtime(struct cage *cage, int runtime) {
    int orders[2], frames[2], ends[2];
    for (int i = 0; i < 3; i++) {
        if (pipe2(ends, O_CLOEXEC))
            die("pipe");
        cage->theirs[i] = ends[i == 0 ? 0 : 1];
        cage->ours[i] = ends[i == 0 ? 1 : 0];
    }
    if (pipe2(orders, O_CLOEXEC) || pipe2(frames, O_CLOEXEC))
        die("pipe");
    const int streams[3] = {orders[0], frames[1], cage->theirs[0]};
    if (send_fds(runtime, "R", 1, streams, 3))
        die("start of the runtime");
    close_all(streams, 3);
    close(runtime);
    cage->orders = orders[1];
    cage->frames = frames[0];
}

_Noreturn void live_in_cage(struct birth *birth) {
    static struct cage cage = {.file = -1};
    cage.control = birth->control;
    cage.room = birth->spawn.disk_bytes;
    report_fd = birth->control;
    close(CONTROL_FD);
    prctl(PR_SET_NAME, "runward-cage");
    int runtime = fork_runtime(birth);
    become_root(birth->control);
    mount_bundle(birth);
    write_bundle(birth->spawn.disk_bytes);
    start_runtime(&cage, runtime);
    relay(&cage);
}
