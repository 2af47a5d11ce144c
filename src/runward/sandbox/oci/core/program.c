/* The program: what the keeper's child gives up and takes on before it executes the command. */
#include "oci.h"

/* Nothing is left above no new privileges: with the last id of root go all capabilities, and no exec brings any back. */
static bool become_guest(const struct request *r) {
    static const sigset_t none;
    int oom = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (oom >= 0 && write(oom, "500", 3) != 3) /* the guest dies of the guest's memory, not the keeper */
        close(oom);
    for (unsigned long cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
        if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0))
            return false;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || setresgid(GUEST_UID, GUEST_UID, GUEST_UID))
        return false;
    limit_payload(0, r);
    if (setresuid(GUEST_UID, GUEST_UID, GUEST_UID))
        return false;
    set_capabilities(0);
    landlock_enter(landlock_ruleset()); /* a kernel without it, as gVisor's, gives no ruleset */
    syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL, 0, 0, 0);
    install_filter(false);
    install_filter(true);
    for (int i = 1; i < NSIG; i++)
        signal(i, SIG_DFL); /* an ignored signal would stay ignored across exec */
    return sigprocmask(SIG_SETMASK, &none, NULL) == 0;
}

_Noreturn static void execute(const struct request *r, const int streams[3], int report) {
    report_fd = report;
    setsid();
    for (int i = 0; i < 3; i++)
        dup2(streams[i], i);
    if (!become_guest(r))
        die("the wall of the program");
    execve(r->argv[0], r->argv, r->envp);
    int error = errno;
    _exit(write_all(report, &error, sizeof error) ? 127 : 126);
}

/* A command that cannot be executed sends its errno to `report`, a wall that does not stand what die() says of it; both
 * nothing where it goes well. */
bool start_program(const struct request *r, const int streams[3], int report, pid_t *pid) {
    *pid = fork();
    if (*pid == 0)
        execute(r, streams, report);
    return *pid > 0;
}
