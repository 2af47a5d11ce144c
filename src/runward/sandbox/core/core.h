/* The C core: what Python cannot do between fork and exec.
 *
 * One program in three roles:
 *   zygote   builds the read-only root of one slot kind, moves into it and clones slots out of itself on request;
 *   init     pid 1 of a slot: raises the wall, parks, then runs one request, kills what is left and hands files out;
 *   payload  the guest's first process: forked by init and parked, with no privilege left, before any request is there.
 * The zygote of a warm kind is an interpreter, which has been started in the finished root and has loaded the core as a
 * library; there the payload is a fork of the interpreter, and returns into it.
 * Messages are single SOCK_SEQPACKET datagrams; the first byte is the type.  All integers are in host order.
 */
#ifndef RUNWARD_CORE_H
#define RUNWARD_CORE_H

#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <grp.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/landlock.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* What is executed ahead finds its socket so far up that its other descriptors have the numbers of a cold start. */
enum { CONTROL_FD = 3, FILTER_FD = 4, AHEAD_FD = 63, MAX_CGROUP_FDS = 8, MAX_INPUT_FDS = 200, GUEST_UID = 1000, GUEST_FILTER = 7 };

/* Flags of struct spawn. */
enum { SPAWN_INTO_CGROUP = 1, SPAWN_SINGLE_UID = 2, SPAWN_WITHOUT_LANDLOCK = 4 };

/* Supervisor to zygote.  Descriptors: the slot's control socket, then cgroup descriptors: with SPAWN_INTO_CGROUP one
 * v2 directory, else any number of v1 `tasks` files.  Ids are those of the supervisor's user namespace. */
struct spawn {
    uint32_t type; /* 'S' */
    uint32_t flags;
    uint32_t guest_uid, unused;
    uint64_t disk_bytes, inodes;
};

/* Init to supervisor, once, when a run has ended and nothing of it is alive. */
struct ended {
    uint32_t type; /* 'X' */
    uint32_t stage; /* enum stage: what failed, if error is set */
    int32_t error; /* errno, or 0 where the program was started */
    int32_t status; /* as wait(2) gives it */
    uint64_t wall_ns, cpu_ns, peak_rss_bytes;
    uint32_t files, files_left_out;
};
enum stage { STAGE_REQUEST = 1, STAGE_COPY_IN, STAGE_EXEC };

/* A parsed request; all pointers lead into its buffer. */
struct input_file {
    const char *path;
    const uint8_t *data; /* NULL: to be read from descriptor `fd` (an index into those that came along) */
    uint64_t size;
    int32_t fd;
    uint32_t mode;
};
enum { LIMIT_CPU = 0, LIMIT_PROCESSES = 4, LIMIT_WALL = 7 }; /* among the limits of a request */
/* Flags: go on in the warm interpreter, else execute the command; the last descriptor is the program's terminal. */
enum { REQUEST_WARM = 1, REQUEST_TERMINAL = 2, REQUEST_LIMITS = 8 };
struct request {
    uint64_t limits[REQUEST_LIMITS]; /* in the order of request.c */
    uint32_t argc, envc, file_count, pattern_count, max_artifacts, flags;
    size_t head_size; /* of all but the files and patterns: what the payload gets */
    char **argv, **envp;
    struct input_file *files;
    char **patterns;
};

int parse_request(uint8_t *buffer, size_t size, int fds, struct request *out); /* request.c; 0 or -1 */
int parse_head(uint8_t *buffer, size_t size, struct request *out);
void free_request(struct request *request);
bool matches(const struct request *request, const char *path);

void build_root(const char *config, size_t size); /* root.c; all of these die on failure */
void receive_descriptions(void);
void mount_scratch(const struct spawn *spawn);
void mount_proc(void);

void set_filters(void *programs, size_t size); /* wall.c; first GUEST_FILTER instructions for guests alone, then those for all */
void install_filter(bool guest);
int landlock_ruleset(void); /* a descriptor, or -1 where the kernel has no Landlock */
void landlock_enter(int ruleset);
void drop_bounding_set(void);
void set_capabilities(uint64_t mask);

struct slot {
    int control, ruleset, box, pipes[3], signals, payload_socket;
    pid_t payload;
    struct ended ended;
};
int slot_main(const struct spawn *spawn, int control, const int *cgroup_fds, int count); /* slot.c: becomes init */
enum { IN_WARM_PAYLOAD = -1 }; /* what slot_main returns where it is not init any more */
extern bool in_interpreter;    /* main.c: the core is a library of a warm zygote */
extern char **ahead;           /* payload.c */
int fork_payload(struct slot *slot, bool terminal); /* payload.c: 0 in init; IN_WARM_PAYLOAD */
void limit_payload(pid_t pid, const struct request *request);
uint64_t now_ns(void);                                       /* wall.c */
int keep_wall_time(uint64_t start, const struct request *r); /* what poll(2) may wait, by whoever reaps the program */
int serve_run(struct slot *slot);    /* run.c */
bool write_all(int fd, const void *data, uint64_t size); /* message.c */
int make_parents(int folder, const char *path); /* root.c; 0 or -1 */
void *map_file(int fd, size_t *size);                           /* message.c */

int receive_fds(int socket, void *buffer, size_t size, int *fds, int max, int *count); /* message.c */
extern bool one_id;
void act_as_guest(bool guest); /* slot.c: for what is made in the file system; nothing where there is one id */
void close_all(const int *fds, int count);
int send_fds(int socket, const void *buffer, size_t size, const int *fds, int count);
_Noreturn void die(const char *what); /* tells the control socket and standard error, then exits */
_Noreturn void fail(int error, const char *what);
extern int report_fd;

#endif
