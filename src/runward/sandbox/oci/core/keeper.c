/* The keeper, process 1 of the container: it takes one request, writes the files in, starts the program, passes on what it
 * says, kills what is left, hands files out, and ends.  Under gVisor all of that is within the sandbox. */
#include "oci.h"

enum { CONTROL, FRAMES, INPUT };
enum { OUT, ERR };

struct keeper {
    struct request request;
    struct ended ended;
    int input, output[2]; /* our ends of the program's pipes */
    int signals, failure;
    bool own_kernel; /* within the sandbox */
    pid_t program;
    size_t held, held_at; /* input that the program has not taken yet */
    char buffer[CHUNK], input_buffer[CHUNK];
};

/* What is made here belongs to the guest: its files, and the pipes that it may open again as /dev/stdout. */
static void as_guest(bool guest) {
    if (setresgid((gid_t)-1, guest ? GUEST_UID : 0, (gid_t)-1) || setresuid((uid_t)-1, guest ? GUEST_UID : 0, (uid_t)-1))
        _exit(1);
}

static bool copy_content(struct keeper *k, int fd, uint64_t size) {
    for (uint64_t part; size > 0; size -= part) {
        part = size < CHUNK ? size : CHUNK;
        if (!read_all(CONTROL, k->buffer, part))
            _exit(1);
        if (!write_all(fd, k->buffer, part))
            return false;
    }
    return true;
}

/* Nothing of the guest runs yet, and the folder is new: no name in it can lead anywhere. */
static bool copy_in(struct keeper *k) {
    int next = 0;
    for (uint32_t i = 0; i < k->request.file_count; i++) {
        const struct input_file *file = &k->request.files[i];
        uint64_t size;
        if (make_parents(AT_FDCWD, file->path))
            return false;
        int fd = open(file->path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, file->mode);
        if (fd < 0)
            return false;
        if (file->fd >= 0 && (file->fd != next++ || !read_all(CONTROL, &size, sizeof size)))
            _exit(1); /* they come in their order, each once: it is our own client who says so */
        if (file->fd < 0 ? !write_all(fd, file->data, file->size) : !copy_content(k, fd, size))
            return false;
        close(fd);
    }
    return true;
}

static void open_signals(struct keeper *k) {
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    signal(SIGPIPE, SIG_IGN);
    k->signals = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
    if (k->signals < 0 || sigprocmask(SIG_BLOCK, &child, NULL))
        _exit(1);
}

static bool launch(struct keeper *k) {
    int in[2], out[2], err[2], failure[2];
    as_guest(true);
    if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC) ||
        socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, failure))
        _exit(1);
    as_guest(false);
    int theirs[3] = {in[0], out[1], err[1]};
    if (!start_program(&k->request, theirs, failure[1], &k->program))
        return false;
    close_all(theirs, 3);
    close(failure[1]);
    k->input = in[1];
    k->output[OUT] = out[0];
    k->output[ERR] = err[0];
    k->failure = failure[0];
    fcntl(k->input, F_SETFL, O_NONBLOCK); /* a program that does not read must not hold us */
    return true;
}

static void pass_output(struct keeper *k, int stream) {
    ssize_t n = read(k->output[stream], k->buffer, CHUNK);
    if (n > 0)
        write_frame(FRAMES, stream == OUT ? 'o' : 'e', k->buffer, (size_t)n);
    else if (n == 0 || errno != EINTR) {
        close(k->output[stream]);
        k->output[stream] = -1;
    }
}

static void end_input(struct keeper *k) {
    close(k->input);
    k->input = -1;
}

static void pass_input(struct keeper *k) {
    if (k->held_at == k->held) {
        ssize_t n = read(INPUT, k->input_buffer, CHUNK);
        if (n <= 0) {
            end_input(k);
            return;
        }
        k->held = (size_t)n;
        k->held_at = 0;
    }
    ssize_t n = write(k->input, k->input_buffer + k->held_at, k->held - k->held_at);
    if (n > 0)
        k->held_at += (size_t)n;
    else if (n < 0 && errno != EAGAIN && errno != EINTR)
        end_input(k);
}

static bool obey(const struct keeper *k) {
    char order, number, byte;
    if (read(CONTROL, &order, 1) <= 0)
        return false;
    if (order == 'K')
        kill(-1, SIGKILL);
    if (order != 'S')
        return true;
    if (!read_all(CONTROL, &number, 1))
        return false;
    if (recv(k->failure, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0) /* see core/run.c */
        kill(-k->program, number);
    return true;
}

/* Returns true when the program has ended. */
static bool reap(struct keeper *k) {
    struct signalfd_siginfo info;
    while (read(k->signals, &info, sizeof info) == sizeof info)
        ;
    int status;
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;)
        if (pid == k->program) {
            k->ended.status = status;
            return true;
        }
    return false;
}

static void attend(struct keeper *k, uint64_t started) {
    for (bool ended = false; !ended;) {
        bool held = k->held_at < k->held;
        struct pollfd wait[] = {
            {.fd = CONTROL, .events = POLLIN},
            {.fd = k->signals, .events = POLLIN},
            {.fd = k->output[OUT], .events = POLLIN},
            {.fd = k->output[ERR], .events = POLLIN},
            {.fd = k->input < 0 || held ? -1 : INPUT, .events = POLLIN},
            {.fd = held ? k->input : -1, .events = POLLOUT},
        };
        if (poll(wait, sizeof wait / sizeof *wait, keep_wall_time(started, &k->request)) < 0 && errno != EINTR)
            _exit(1);
        if (wait[0].revents && !obey(k))
            _exit(1); /* the cage is gone */
        for (int stream = OUT; stream <= ERR; stream++)
            if (wait[2 + stream].revents)
                pass_output(k, stream);
        if (wait[4].revents || wait[5].revents)
            pass_input(k);
        ended = wait[1].revents && reap(k);
    }
}

static void tell_usage(struct ended *ended) {
    struct rusage usage;
    getrusage(RUSAGE_CHILDREN, &usage);
    ended->cpu_ns = (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000000u +
                    (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000u;
    ended->peak_rss_bytes = (uint64_t)usage.ru_maxrss * 1024;
}

/* What die() says of a wall that could not be raised is no word on the program: the cage passes it on as a fault of ours. */
static void tell_failure(struct keeper *k) {
    char text[256];
    int error;
    ssize_t n = read(k->failure, text, sizeof text);
    if (n > (ssize_t)sizeof error) {
        write_frame(FRAMES, 'E', text, (size_t)n);
        _exit(1);
    }
    if (n == sizeof error) {
        memcpy(&error, text, sizeof error);
        k->ended.stage = STAGE_EXEC;
        k->ended.error = error;
    }
}

static void run_program(struct keeper *k) {
    uint64_t started = now_ns();
    if (!launch(k)) {
        k->ended.stage = STAGE_EXEC;
        k->ended.error = errno;
        return;
    }
    attend(k, started);
    k->ended.wall_ns = now_ns() - started;
    /* Kill before the rest is read: a forked child can hold a pipe open for ever. */
    kill(-1, SIGKILL);
    while (wait(NULL) > 0 || errno == EINTR)
        ;
    for (int stream = OUT; stream <= ERR; stream++)
        while (k->output[stream] >= 0)
            pass_output(k, stream);
    tell_failure(k);
    tell_usage(&k->ended);
}

static void receive_filter(void) {
    uint32_t size;
    void *filter = NULL;
    if (!read_all(CONTROL, &size, sizeof size) || size > MAX_FILTER || !(filter = malloc(size)) || !read_all(CONTROL, filter, size))
        _exit(1);
    set_filters(filter, size);
}

static void carry_out(struct keeper *k, const struct start *start) {
    uint8_t *data = start->request_size < MAX_REQUEST ? malloc(start->request_size) : NULL;
    if (!data || !read_all(CONTROL, data, start->request_size))
        _exit(1);
    if (start->inputs > MAX_INPUT_FDS || parse_request(data, start->request_size, (int)start->inputs, &k->request)) {
        k->ended.stage = STAGE_REQUEST;
        k->ended.error = EBADMSG;
        return;
    }
    if (k->own_kernel) {
        /* It counts time in which its host did not run it; and there is no control group that counts its processes. */
        k->request.limits[LIMIT_CPU] = 0;
        uint64_t *processes = &k->request.limits[LIMIT_PROCESSES];
        *processes -= *processes > SPARE_PROCESSES ? SPARE_PROCESSES : 0;
    }
    as_guest(true);
    bool copied = copy_in(k);
    int error = errno;
    as_guest(false);
    if (!copied) {
        k->ended.stage = STAGE_COPY_IN;
        k->ended.error = error;
        return;
    }
    run_program(k);
    if (k->ended.stage == 0 && k->request.pattern_count > 0)
        collect(&k->request, &k->ended);
}

int keeper_main(bool own_kernel) {
    static struct keeper keeper = {.ended = {.type = 'X'}};
    struct start start;
    keeper.own_kernel = own_kernel;
    struct rlimit core = {1, 1}; /* not 0: see core/slot.c */
    umask(022);
    if (chdir("/box") || setrlimit(RLIMIT_CORE, &core) || setgroups(0, NULL))
        _exit(1);
    receive_filter();
    open_signals(&keeper);
    if (!write_frame(FRAMES, 'P', NULL, 0) || !read_all(CONTROL, &start, sizeof start))
        return 0;
    carry_out(&keeper, &start);
    return write_frame(FRAMES, 'X', &keeper.ended, sizeof keeper.ended) ? 0 : 1;
}
