/* A newborn slot: join the control groups, mount what is private, leave the supervisor's user namespace, raise the
 * wall, and report ready.  All of it happens before a byte of any tenant arrives. */
#include "core.h"

#define CAP(name) (1ull << CAP_##name)

bool one_id; /* init and guest have the same id, that of the user who started us */

static void join_cgroups(const int *fds, int count) {
    for (int i = 0; i < count; i++) {
        /* v1: "0" in `tasks` moves this one thread and takes no global lock; cgroup.procs would wait for RCU. */
        if (write(fds[i], "0", 1) != 1)
            die("join the control group");
        close(fds[i]);
    }
}

static void raise_loopback(void) {
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
    if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request))
        die("loopback");
    close(fd);
}

/* The maps can only be written from the namespace that is left: the supervisor does it, when it reads this. */
static void enter_user_namespace(int control) {
    char byte;
    if (unshare(CLONE_NEWUSER | CLONE_NEWCGROUP) || send_fds(control, "U", 1, NULL, 0))
        die("user namespace");
    if (recv(control, &byte, 1, 0) != 1)
        _exit(1); /* it has gone */
}

/* Init keeps what it needs to start, end and collect; over files of ids that the namespace does not map (the host's),
 * and over every other namespace, these give nothing. */
static void become_init(void) {
    if (!one_id && (setgroups(0, NULL) || setresgid(0, 0, 0) || setresuid(0, 0, 0)))
        die("identity of init");
    syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL, 0, 0, 0);
    drop_bounding_set();
    set_capabilities(CAP(SETUID) | CAP(SETGID) | CAP(KILL) | CAP(DAC_OVERRIDE) | CAP(DAC_READ_SEARCH) | CAP(SYS_RESOURCE));
    if (prctl(PR_SET_DUMPABLE, 0))
        die("dumpable");
}

void act_as_guest(bool guest) {
    if (one_id)
        return;
    setfsgid(guest ? GUEST_UID : 0);
    setfsuid(guest ? GUEST_UID : 0);
}

/* The guest's own pipes, owned by the guest, so that it can open /dev/stdout; the host's ends go out with the report. */
static void make_pipes(int ours[3], int theirs[3]) {
    act_as_guest(true);
    for (int i = 0; i < 3; i++) {
        int ends[2];
        if (pipe2(ends, O_CLOEXEC))
            die("pipe");
        theirs[i] = ends[i == 0 ? 0 : 1];
        ours[i] = ends[i == 0 ? 1 : 0];
    }
    act_as_guest(false);
}

int slot_main(const struct spawn *spawn, int control, const int *cgroup_fds, int count) {
    one_id = spawn->flags & SPAWN_SINGLE_UID;
    int ours[3];
    struct slot slot = {.control = control, .ended.type = 'X'};
    report_fd = control;
    setsid(); /* which a program with a terminal stays in, see run.c */
    prctl(PR_SET_NAME, "runward-init");
    join_cgroups(cgroup_fds, count);
    raise_loopback();
    if (sethostname("runward", 7) || setdomainname("", 0))
        die("host name");
    mount_scratch(spawn);
    mount_proc();
    slot.box = open("/box", O_PATH | O_DIRECTORY | O_CLOEXEC);
    slot.ruleset = landlock_ruleset();
    if (slot.box < 0 || (slot.ruleset < 0 && !(spawn->flags & SPAWN_WITHOUT_LANDLOCK)))
        die(slot.box < 0 ? "/box" : "landlock");
    enter_user_namespace(control);
    become_init();
    /* 1, not 0: the kernel starts a core_pattern pipe handler (on the host, as root) at 0, but not at 1. */
    struct rlimit core = {1, 1};
    if (setrlimit(RLIMIT_CORE, &core))
        die("core limit");
    install_filter(false);
    make_pipes(ours, slot.pipes);
    if (fork_payload(&slot, false) == IN_WARM_PAYLOAD)
        return IN_WARM_PAYLOAD;
    if (send_fds(control, "P", 1, ours, 3))
        die("report");
    close_all(ours, 3);
    return serve_run(&slot);
}
