/* Between the supervisor, to which a cage speaks as core/run.c does, and the keeper.  What comes from the container is not to
 * be trusted: where it has its own kernel, and that one is broken, the keeper is the guest's. */
#include "cage.h"

enum { MAX_FILES = 65536 };

_Noreturn static void fail_with_log(void) {
    static const char silent[] = "E the OCI runtime ended without a word";
    char text[512] = "E";
    int fd = open(SPACE "/log", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    off_t size = fd < 0 ? 0 : lseek(fd, 0, SEEK_END), from = size > 500 ? size - 500 : 0;
    ssize_t n = size > 0 ? pread(fd, text + 1, sizeof text - 2, from) : 0;
    for (char *line = text; (line = strchr(line, '\n'));)
        *line = ' ';
    send_fds(report_fd, n > 0 ? text : silent, n > 0 ? (size_t)n + 1 : sizeof silent - 1, NULL, 0);
    _exit(1);
}

static size_t next_frame(struct cage *cage, struct frame *frame) {
    if (!read_all(cage->frames, frame, sizeof *frame) || frame->size > sizeof cage->buffer ||
        !read_all(cage->frames, cage->buffer, frame->size))
        return 0;
    return sizeof *frame + frame->size;
}

/* Relative, and no empty, `.` or `..` part. */
static bool is_plain_path(const char *path, size_t size) {
    if (size == 0 || size >= PATH_MAX || memchr(path, 0, size))
        return false;
    for (const char *part = path, *end = path + size; part <= end;) {
        const char *slash = memchr(part, '/', (size_t)(end - part));
        size_t length = (size_t)((slash ? slash : end) - part);
        if (length <= 2 && !strncmp(part, "..", length))
            return false;
        part += length + 1;
    }
    return true;
}

static void hand_out(struct cage *cage) {
    char message[1 + 8 + PATH_MAX];
    size_t length = strlen(cage->path);
    if (cage->file < 0)
        return;
    message[0] = 'F';
    memcpy(message + 1, &cage->file_size, 8);
    memcpy(message + 9, cage->path, length);
    if (send_fds(cage->control, message, 9 + length, &cage->file, 1))
        _exit(1);
    close(cage->file);
    cage->file = -1;
}

static bool open_file(struct cage *cage, uint32_t size) {
    hand_out(cage);
    if (size <= 8 || ++cage->files > MAX_FILES || !is_plain_path(cage->buffer + 8, size - 8))
        return false;
    memcpy(&cage->file_size, cage->buffer, 8);
    memcpy(cage->path, cage->buffer + 8, size - 8);
    cage->path[size - 8] = 0;
    cage->file = memfd_create("artifact", MFD_CLOEXEC);
    return cage->file >= 0;
}

/* In all no more than the disk holds: this is our memory, not the program's. */
static bool add_content(struct cage *cage, uint32_t size) {
    if (cage->file < 0 || size > cage->room)
        return false;
    cage->room -= size;
    return write_all(cage->file, cage->buffer, size);
}

_Noreturn static void end(struct cage *cage, uint32_t size) {
    struct ended ended;
    hand_out(cage);
    if (size != sizeof ended)
        _exit(1);
    memcpy(&ended, cage->buffer, sizeof ended);
    if (ended.type != 'X')
        _exit(1);
    close_all(cage->theirs + 1, 2);
    _exit(send_fds(cage->control, &ended, sizeof ended, NULL, 0) ? 1 : 0);
}

static bool pass_on(struct cage *cage) {
    struct frame frame;
    if (!next_frame(cage, &frame))
        return false;
    switch (frame.type) {
    case 'o':
    case 'e':
        write_all(cage->theirs[frame.type == 'o' ? 1 : 2], cage->buffer, frame.size); /* nobody may listen any more */
        return true;
    case 'F':
        return open_file(cage, frame.size);
    case 'D':
        return add_content(cage, frame.size);
    case 'X':
        end(cage, frame.size);
    case 'E':
        send_fds(cage->control, cage->buffer, frame.size < 256 ? frame.size : 256, NULL, 0);
        return false;
    default:
        return false;
    }
}

static bool send_content(struct cage *cage, int fd, uint64_t size) {
    for (uint64_t at = 0; at < size;) {
        ssize_t n = pread(fd, cage->buffer, CHUNK, (off_t)at);
        uint64_t left = size - at;
        if (n <= 0 || !write_all(cage->orders, cage->buffer, (uint64_t)n < left ? (uint64_t)n : left))
            return false;
        at += (uint64_t)n;
    }
    return true;
}

/* What the keeper refuses it says itself; so an end of the pipe here is not one of ours. */
static void send_request(struct cage *cage, const int *fds, int count) {
    struct stat info;
    if (count < 1 || fstat(fds[0], &info))
        _exit(1);
    struct start start = {.request_size = (uint64_t)info.st_size, .inputs = (uint32_t)count - 1};
    bool sent = write_all(cage->orders, &start, sizeof start) && send_content(cage, fds[0], start.request_size);
    for (int i = 1; sent && i < count; i++) {
        uint64_t size = fstat(fds[i], &info) ? 0 : (uint64_t)info.st_size;
        sent = write_all(cage->orders, &size, sizeof size) && send_content(cage, fds[i], size);
    }
}

static void obey(struct cage *cage) {
    char order[2] = "";
    int fds[MAX_INPUT_FDS + 1], count;
    if (receive_fds(cage->control, order, sizeof order, fds, MAX_INPUT_FDS + 1, &count) <= 0)
        _exit(1); /* the supervisor is gone, or done with us */
    if (order[0] == 'R')
        send_request(cage, fds, count);
    if (order[0] == 'K')
        write_all(cage->orders, "K", 1);
    if (order[0] == 'S')
        write_all(cage->orders, order, sizeof order);
    close_all(fds, count);
}

static void send_filter(struct cage *cage) {
    size_t size;
    void *filter = map_file(FILTER_FD, &size);
    uint32_t length = (uint32_t)size;
    if (!filter || !write_all(cage->orders, &length, sizeof length) || !write_all(cage->orders, filter, size))
        fail_with_log();
}

static void await_keeper(struct cage *cage) {
    struct frame frame;
    send_filter(cage);
    if (!next_frame(cage, &frame) || frame.type != 'P')
        fail_with_log();
    if (send_fds(cage->control, "P", 1, cage->ours, 3))
        _exit(1);
    close_all(cage->ours, 3);
}

_Noreturn void relay(struct cage *cage) {
    await_keeper(cage);
    for (;;) {
        struct pollfd wait[2] = {{.fd = cage->control, .events = POLLIN}, {.fd = cage->frames, .events = POLLIN}};
        if (poll(wait, 2, -1) < 0 && errno != EINTR)
            _exit(1);
        if (wait[0].revents)
            obey(cage);
        if (wait[1].revents && !pass_on(cage))
            _exit(1);
    }
}
