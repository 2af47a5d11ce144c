/* Init of a slot: park; then write the files in, start the program, reap, kill what is left, hand files out, end. */
#include "core.h"

enum { MAX_DEPTH = 32, MAX_ENTRIES = 20000 };

/* No link, no mount and no `..` on the way, whatever the guest has put there. */
static int open_in_box(int box, const char *path, uint64_t flags, uint64_t mode) {
    struct open_how how = {
        .flags = flags | O_CLOEXEC | O_NOFOLLOW,
        .mode = mode,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV,
    };
    return (int)syscall(SYS_openat2, box, path, &how, sizeof how);
}

/* ---- files in ---- */

static int copy_all(int fd, int source) {
    off_t offset = 0;
    ssize_t n;
    while ((n = sendfile(fd, source, &offset, INT_MAX & ~4095)) > 0)
        ;
    return (int)n;
}

/* As the guest, which must own what it finds. */
static int copy_in(const struct slot *slot, const struct request *r, const int *fds) {
    for (uint32_t i = 0; i < r->file_count; i++) {
        const struct input_file *file = &r->files[i];
        if (make_parents(slot->box, file->path))
            return -1;
        int fd = open_in_box(slot->box, file->path, O_WRONLY | O_CREAT | O_EXCL, file->mode);
        if (fd < 0)
            return -1;
        bool failed = file->fd < 0 ? !write_all(fd, file->data, file->size) : copy_all(fd, fds[file->fd]);
        close(fd);
        if (failed)
            return -1;
    }
    return 0;
}

/* ---- the program ---- */

static void tell_failure(struct slot *slot, enum stage stage, int error) {
    slot->ended.stage = stage;
    slot->ended.error = error;
}

/* Reap until the main program has ended; returns false when the supervisor is gone. */
static bool await(struct slot *slot, uint64_t start, const struct request *r) {
    struct pollfd wait[2] = {{.fd = slot->control, .events = POLLIN}, {.fd = slot->signals, .events = POLLIN}};
    for (;;) {
        if (poll(wait, 2, keep_wall_time(start, r)) < 0 && errno != EINTR)
            return false;
        if (wait[0].revents) {
            char word[2] = "", byte;
            int count, fd;
            if (receive_fds(slot->control, word, sizeof word, &fd, 1, &count) <= 0)
                return false;
            if (word[0] == 'K')
                kill(-1, SIGKILL);
            /* A signal reaches the program alone, for which the payload's end of the socket closes, and is reaped below: the
             * group's number can have nobody else meanwhile. */
            if (word[0] == 'S' && recv(slot->payload_socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0)
                kill(-slot->payload, word[1]);
        }
        struct signalfd_siginfo info;
        if (wait[1].revents && read(slot->signals, &info, sizeof info) < 0)
            return false;
        int status;
        for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;)
            if (pid == slot->payload) {
                slot->ended.status = status;
                return true;
            }
    }
}

/* The terminal is that of a session which init leads, for it outlives the program: with the leader of its session a terminal is
 * hung up, and what was written and not yet read is lost.  Of the terminal's signals none does anything to process 1.  Only a
 * child born afterwards has the terminal too, so the payload is forked anew. */
static bool lend_terminal(struct slot *slot, int terminal) {
    if (ioctl(terminal, TIOCSCTTY, 0) || kill(slot->payload, SIGKILL) || waitpid(slot->payload, NULL, 0) < 0)
        return false;
    close_all(slot->pipes, 3);
    close_all((int[]){slot->signals, slot->payload_socket}, 2);
    for (int i = 0; i < 3; i++)
        slot->pipes[i] = terminal;
    return !fork_payload(slot, true) && !setpgid(slot->payload, slot->payload) && !tcsetpgrp(terminal, slot->payload);
}

/* Returns whether there is something to tell: the supervisor lives, and the payload took the request up.  What it has not
 * taken up has not ended either: then somebody on the host killed the payload while it was parked. */
static bool run_program(struct slot *slot, const void *head, const struct request *r) {
    uint32_t length = (uint32_t)r->head_size;
    uint64_t start = now_ns();
    close_all(slot->pipes, 3); /* of a terminal the reader finds the end with the last guest that has it */
    limit_payload(slot->payload, r);
    bool given = write_all(slot->payload_socket, &length, sizeof length) && write_all(slot->payload_socket, head, length);
    bool supervised = await(slot, start, r);
    slot->ended.wall_ns = now_ns() - start;
    /* Kill before anything is read or collected.  A fork that runs while the signals are sent fails with one pending,
     * so nothing is born behind this call's back. */
    kill(-1, SIGKILL);
    while (wait(NULL) > 0 || errno == EINTR)
        ;
    int error;
    ssize_t told = read(slot->payload_socket, &error, sizeof error); /* ECONNRESET: it has not read the request */
    if (told == sizeof error)
        tell_failure(slot, STAGE_EXEC, error);
    struct rusage usage;
    getrusage(RUSAGE_CHILDREN, &usage);
    slot->ended.cpu_ns = (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000000u +
                         (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000u;
    slot->ended.peak_rss_bytes = (uint64_t)usage.ru_maxrss * 1024;
    return supervised && given && told >= 0;
}

/* ---- files out: nothing of the guest is alive here ---- */

struct walk {
    struct slot *slot;
    const struct request *request;
    uint32_t entries;
    char path[PATH_MAX];
};

static void hand_out(struct walk *walk) {
    struct stat info;
    struct slot *slot = walk->slot;
    /* O_NONBLOCK: a FIFO in the place of the file must not hold us. */
    int fd = open_in_box(slot->box, walk->path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
    bool regular = fd >= 0 && fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
    if (regular && slot->ended.files < walk->request->max_artifacts) {
        struct __attribute__((packed)) { char type; uint64_t size; char path[PATH_MAX]; } message = {'F', (uint64_t)info.st_size, ""};
        strcpy(message.path, walk->path);
        if (send_fds(slot->control, &message, 9 + strlen(message.path), &fd, 1))
            _exit(1);
        slot->ended.files++;
    } else if (regular)
        slot->ended.files_left_out++;
    close(fd);
}

static void walk_folder(struct walk *walk, size_t length, int depth) {
    int fd = open_in_box(walk->slot->box, length ? walk->path : ".", O_RDONLY | O_DIRECTORY, 0);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    if (!folder)
        return;
    for (struct dirent *entry; (entry = readdir(folder)) && walk->entries < MAX_ENTRIES;) {
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
            continue;
        size_t more = strlen(entry->d_name) + (length ? 1 : 0);
        walk->entries++;
        if (length + more >= sizeof walk->path)
            continue;
        snprintf(walk->path + length, sizeof walk->path - length, "%s%s", length ? "/" : "", entry->d_name);
        if (entry->d_type == DT_DIR && depth < MAX_DEPTH)
            walk_folder(walk, length + more, depth + 1);
        else if (entry->d_type == DT_REG && matches(walk->request, walk->path))
            hand_out(walk);
        walk->path[length] = 0;
    }
    closedir(folder);
}

/* ---- one request ---- */

static void *map_request(int fd, size_t *size) {
    enum { SEALED = F_SEAL_WRITE | F_SEAL_SHRINK };
    /* Unsealed, its sender could change it between the check and the use; what cannot be sealed at all gives -1. */
    int seals = fcntl(fd, F_GET_SEALS);
    return seals < 0 || (seals & SEALED) != SEALED ? NULL : map_file(fd, size);
}

static bool carry_out(struct slot *slot, int *fds, int count) {
    struct request request = {0};
    size_t size = 0;
    uint8_t *data = count > 0 ? map_request(fds[0], &size) : NULL;
    bool ended = true;
    if (!data || parse_request(data, size, count - 1, &request))
        tell_failure(slot, STAGE_REQUEST, EBADMSG);
    else if (act_as_guest(true), copy_in(slot, &request, fds + 1))
        tell_failure(slot, STAGE_COPY_IN, errno);
    else {
        act_as_guest(false);
        int terminal = request.flags & REQUEST_TERMINAL ? fds[--count] : -1;
        close_all(fds, count);
        if (terminal >= 0 && !lend_terminal(slot, terminal))
            tell_failure(slot, STAGE_REQUEST, errno);
        else
            ended = run_program(slot, data, &request);
        struct walk walk = {.slot = slot, .request = &request};
        if (ended && request.pattern_count > 0 && slot->ended.stage == 0)
            walk_folder(&walk, 0, 0);
    }
    free_request(&request);
    return ended;
}

int serve_run(struct slot *slot) {
    int fds[MAX_INPUT_FDS + 1], count;
    char type;
    struct pollfd wait[2] = {{.fd = slot->control, .events = POLLIN}, {.fd = slot->signals, .events = POLLIN}};
    if (poll(wait, 2, -1) < 0 || wait[1].revents)
        return 1; /* the payload has ended, before any request: this slot must serve none */
    int length = receive_fds(slot->control, &type, 1, fds, MAX_INPUT_FDS + 1, &count);
    if (length != 1 || type != 'R')
        return length != 0;
    bool told = carry_out(slot, fds, count) && !send_fds(slot->control, &slot->ended, sizeof slot->ended, NULL, 0);
    /* Until the supervisor lets go: our own end, which takes the namespaces apart, can cost tens of milliseconds on a busy
     * machine, and it must not count as the program's time while the supervisor is still to read that. */
    return told && !recv(slot->control, &type, 1, 0) ? 0 : 1;
}
