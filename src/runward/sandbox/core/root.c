/* Mounts: the read-only root that a zygote lives in, and what each slot gets of its own.
 *
 * The description is a list of records, each a letter and NUL-ended fields; those that bind come first:
 *   b SOURCE TARGET   bind, read-only, without devices and set-uid     v SOURCE TARGET  bind a device
 *   m PATH            make a directory                                 l TEXT PATH      make a symbolic link
 *   f PATH TEXT       make a file                                      p                keep the host's /proc in sight */
#include "core.h"
#include <linux/mount.h>

/* <sys/mount.h> and <linux/mount.h> cannot both be included with glibc 2.36. */
extern int mount(const char *, const char *, const char *, unsigned long, const void *);
extern int umount2(const char *, int);
enum { OLD_MS_REC = 16384, OLD_MS_PRIVATE = 1 << 18, OLD_MNT_DETACH = 2 };

struct bind {
    const char *target;
    int fd;
    bool is_directory, is_proc;
};

static const char *field(const char **at, const char *end) {
    const char *text = *at, *stop = memchr(text, 0, (size_t)(end - text));
    if (!stop)
        fail(EINVAL, "root description");
    *at = stop + 1;
    return text;
}

static void write_file(const char *path, const char *text) {
    int fd = open(path, O_WRONLY | O_CLOEXEC | O_CREAT, 0644);
    if (fd < 0 || !write_all(fd, text, strlen(text)))
        die(path);
    close(fd);
}

static int clone_tree(const char *source, uint64_t attributes) {
    int fd = (int)syscall(SYS_open_tree, AT_FDCWD, source, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
    struct mount_attr attr = {.attr_set = attributes};
    if (fd < 0 || (attributes && syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr, sizeof attr)))
        die(source);
    return fd;
}

static void attach(int fd, const char *target) {
    if (syscall(SYS_move_mount, fd, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH))
        die(target);
    close(fd);
}

static struct bind open_bind(char type, const char **at, const char *end) {
    const char *source = type == 'p' ? "/proc" : field(at, end);
    uint64_t attributes = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | (type == 'v' ? 0 : MOUNT_ATTR_NODEV);
    struct stat info;
    struct bind bind = {.fd = clone_tree(source, type == 'p' ? 0 : attributes), .is_proc = type == 'p'};
    bind.target = type == 'p' ? "/proc" : field(at, end);
    if (fstat(bind.fd, &info))
        die(source);
    bind.is_directory = S_ISDIR(info.st_mode);
    return bind;
}

/* `path` is absolute in the new root; the working directory is that root. */
static const char *inside(char buffer[4096], const char *path) {
    if (snprintf(buffer, 4096, ".%s", path) >= 4096)
        fail(ENAMETOOLONG, path);
    if (make_parents(AT_FDCWD, buffer))
        die(path);
    return buffer;
}

static void make_entry(char type, const char **at, const char *end) {
    char path[4096];
    const char *first = field(at, end), *second = type == 'm' ? "" : field(at, end);
    if (type == 'm' && mkdir(inside(path, first), 0755) && errno != EEXIST)
        die(first);
    if (type == 'l' && symlink(first, inside(path, second)) && errno != EEXIST)
        die(second);
    if (type == 'f')
        write_file(inside(path, first), second);
}

static int new_filesystem(const char *type, const char *options[][2], uint64_t attributes) {
    int context = (int)syscall(SYS_fsopen, type, FSOPEN_CLOEXEC);
    if (context < 0)
        die(type);
    for (; (*options)[0]; options++)
        if (syscall(SYS_fsconfig, context, FSCONFIG_SET_STRING, (*options)[0], (*options)[1], 0))
            die((*options)[0]);
    if (syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
        die(type);
    int fd = (int)syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, attributes);
    if (fd < 0)
        die(type);
    close(context);
    return fd;
}

static void enter_new_root(void) {
    const char *options[][2] = {{"mode", "755"}, {"size", "4m"}, {NULL, NULL}};
    attach(new_filesystem("tmpfs", options, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV), "/tmp");
    if (chdir("/tmp"))
        die("new root");
}

void build_root(const char *config, size_t size) {
    enum { MAX_BINDS = 256 };
    static struct bind binds[MAX_BINDS];
    size_t count = 0;
    bool entered = false;
    char path[4096];
    if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, OLD_MS_REC | OLD_MS_PRIVATE, NULL))
        die("private mount namespace");
    for (const char *at = config, *end = config + size; at < end;) {
        char type = *at++;
        if (strchr("bvp", type) && count < MAX_BINDS && !entered) {
            binds[count++] = open_bind(type, &at, end); /* before the new root covers anything of the old one */
            continue;
        }
        if (!entered)
            enter_new_root();
        entered = true;
        make_entry(type, &at, end);
    }
    for (size_t i = 0; i < count; i++) {
        inside(path, binds[i].target);
        if (binds[i].is_directory ? mkdir(path, 0755) && errno != EEXIST : mknod(path, S_IFREG | 0644, 0) && errno != EEXIST)
            die(binds[i].target);
        attach(binds[i].fd, path);
    }
    struct mount_attr read_only = {.attr_set = MOUNT_ATTR_RDONLY};
    if (syscall(SYS_mount_setattr, AT_FDCWD, ".", 0, &read_only, sizeof read_only))
        die("read-only root");
    if (syscall(SYS_pivot_root, ".", ".") || umount2(".", OLD_MNT_DETACH) || chdir("/"))
        die("pivot_root");
}

/* One tmpfs for all that a run may write, so that one cap holds for all of it. */
void mount_scratch(const struct spawn *spawn) {
    static const char *const places[][2] = {{"/run/box", "/box"}, {"/run/tmp", "/tmp"}, {"/run/shm", "/dev/shm"}};
    char bytes[32], inodes[32];
    snprintf(bytes, sizeof bytes, "%llu", (unsigned long long)spawn->disk_bytes);
    snprintf(inodes, sizeof inodes, "%llu", (unsigned long long)spawn->inodes);
    const char *options[][2] = {{"mode", "755"}, {"size", bytes}, {"nr_inodes", inodes}, {NULL, NULL}};
    attach(new_filesystem("tmpfs", options, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV), "/run");
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        const char *from = places[i][0];
        if (mkdir(from, 0755) || chown(from, spawn->guest_uid, spawn->guest_uid))
            die(from);
        attach(clone_tree(from, 0), places[i][1]);
    }
    if (umount2("/run", OLD_MNT_DETACH))
        die("scratch");
}

void mount_proc(void) {
    const char *options[][2] = {{"hidepid", "invisible"}, {"subset", "pid"}, {NULL, NULL}};
    int fd = new_filesystem("proc", options, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
    umount2("/proc", OLD_MNT_DETACH); /* the host's, where it had to be in sight until now */
    attach(fd, "/proc");
}

int make_parents(int folder, const char *path) {
    char part[PATH_MAX];
    for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
        memcpy(part, path, (size_t)(slash - path));
        part[slash - path] = 0;
        if (mkdirat(folder, part, 0755) && errno != EEXIST)
            return -1;
    }
    return 0;
}

/* The description of the root and the system call filter (filter.py). */
void receive_descriptions(void) {
    char type;
    int fds[2], count;
    size_t size;
    if (receive_fds(CONTROL_FD, &type, 1, fds, 2, &count) != 1 || count != 2)
        die("receive the descriptions");
    const char *root = map_file(fds[0], &size);
    if (!root)
        die("description of the root");
    build_root(root, size);
    if (fds[1] != FILTER_FD && dup3(fds[1], FILTER_FD, O_CLOEXEC) < 0)
        die("descriptions");
    close_range(FILTER_FD + 1, ~0u, 0);
}
