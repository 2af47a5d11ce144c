/* The wall: system call filter, Landlock, capabilities, limits.  Each holds without the others. */
#include "core.h"

/* The two programs come from filter.py, that for guests alone first; the slots inherit them. */
static struct sock_filter *filters;
static size_t filters_size;

void set_filters(void *programs, size_t size) {
    filters = programs;
    filters_size = size;
}

void install_filter(bool guest) {
    struct sock_fprog guests = {GUEST_FILTER, filters};
    struct sock_fprog all = {filters_size / sizeof *filters - GUEST_FILTER, filters + GUEST_FILTER};
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, guest ? &guests : &all)) /* seccomp(2) is refused to the second one */
        die("seccomp");
}

/* As of ABI 7; the headers of older systems know fewer rights. */
struct ruleset_attr {
    uint64_t files, network, scoped;
};
enum { RIGHTS_READ = 1 << 0 | 1 << 2 | 1 << 3, RIGHTS_DEVICE = 1 << 1 | 1 << 2 };

static uint64_t landlock_rights(int abi) {
    static const int highest[] = {0, 12, 13, 14, 14, 15};
    return (2ull << highest[abi < 5 ? abi : 5]) - 1;
}

static void landlock_allow(int ruleset, const char *path, uint64_t rights) {
    int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return;
    struct landlock_path_beneath_attr rule = {.allowed_access = rights, .parent_fd = fd};
    if (fd < 0 || syscall(__NR_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0))
        die(path);
    close(fd);
}

int landlock_ruleset(void) {
    static const char *const writable[] = {"/box", "/tmp", "/dev/shm"};
    int abi = (int)syscall(__NR_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (abi < 1)
        return -1;
    uint64_t all = landlock_rights(abi);
    struct ruleset_attr attr = {.files = all, .scoped = abi >= 6 ? 3 : 0}; /* abstract sockets, signals */
    int ruleset = (int)syscall(__NR_landlock_create_ruleset, &attr, sizeof attr, 0);
    if (ruleset < 0)
        die("landlock");
    landlock_allow(ruleset, "/", RIGHTS_READ);
    for (size_t i = 0; i < sizeof writable / sizeof *writable; i++)
        landlock_allow(ruleset, writable[i], all);
    landlock_allow(ruleset, "/dev", RIGHTS_DEVICE);
    return ruleset;
}

void landlock_enter(int ruleset) {
    if (ruleset >= 0 && syscall(__NR_landlock_restrict_self, ruleset, 0))
        die("landlock_restrict_self");
}

void drop_bounding_set(void) {
    for (unsigned long cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
        if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0))
            die("capability bounding set");
    if (prctl(PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_KEEP_CAPS_LOCKED |
                                     SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED) ||
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        die("securebits");
}

void set_capabilities(uint64_t mask) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2] = {
        {.effective = (uint32_t)mask, .permitted = (uint32_t)mask},
        {.effective = (uint32_t)(mask >> 32), .permitted = (uint32_t)(mask >> 32)},
    };
    if (syscall(__NR_capset, &header, data))
        die("capset");
}

/* By init, for a program that was executed ahead could not limit itself; 0 is the caller.  A limit can only be lowered without privilege on the
 * host. */
void limit_payload(pid_t pid, const struct request *r) {
    static const __rlimit_resource_t resources[] = {RLIMIT_CPU,   RLIMIT_FSIZE, RLIMIT_NOFILE, RLIMIT_STACK,
                                                    RLIMIT_NPROC, RLIMIT_AS,    RLIMIT_MEMLOCK};
    for (size_t i = 0; i < sizeof resources / sizeof *resources; i++) {
        struct rlimit limit;
        if (prlimit(pid, resources[i], NULL, &limit))
            die("limits");
        limit.rlim_cur = limit.rlim_max = r->limits[i] && r->limits[i] < limit.rlim_max ? r->limits[i] : limit.rlim_max;
        if (prlimit(pid, resources[i], &limit, NULL))
            die("limits");
    }
}

uint64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* By the clock that measures it, from when the program was woken: nobody is killed before that time has passed. */
int keep_wall_time(uint64_t start, const struct request *r) {
    uint64_t passed = now_ns() - start, wall = r->limits[LIMIT_WALL];
    if (passed < wall)
        return (int)((wall - passed) / 1000000 % INT_MAX) + 1; /* whole milliseconds, and more than all of them */
    kill(-1, SIGKILL);
    return -1;
}
