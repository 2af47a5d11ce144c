/* The payload: forked before any request is there, it gives up all privilege and parks.  On request it executes the
 * command, or returns into the warm interpreter that it is a fork of; or it has executed a program ahead, which parks. */
#include "core.h"

char **ahead; /* the command that is executed ahead */
static bool at_terminal;

/* Of what init holds the payload keeps the pipes, and its socket in the place of the control socket. */
static void become_guest(const struct slot *slot, int socket) {
    static const sigset_t none;
    sigprocmask(SIG_SETMASK, &none, NULL);
    int oom = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (oom >= 0 && write(oom, "500", 3) != 3) /* the guest dies of the guest's memory, not init */
        close(oom);
    if (!at_terminal) /* it would have none in a session of its own */
        setsid();
    for (int i = 0; i < 3; i++)
        dup2(slot->pipes[i], i);
    if (fchdir(slot->box) || (!one_id && (setgroups(0, NULL) || setresgid(GUEST_UID, GUEST_UID, GUEST_UID) ||
                                          setresuid(GUEST_UID, GUEST_UID, GUEST_UID))))
        die("identity of the payload");
    set_capabilities(0);
    landlock_enter(slot->ruleset);
    install_filter(true);
    if (dup3(socket, CONTROL_FD, O_CLOEXEC) < 0 || close_range(CONTROL_FD + 1, ~0u, 0))
        die("descriptors of the payload");
    report_fd = -1;
}

_Noreturn static void execute(char **argv, char **envp) {
    for (int i = 1; i < NSIG; i++)
        signal(i, SIG_DFL); /* an ignored signal would stay ignored across exec */
    if (at_terminal)
        signal(SIGTSTP, SIG_IGN); /* Ctrl-Z must not stop what no shell could continue; a shell's jobs are stopped all the same */
    execve(argv[0], argv, envp);
    int error = errno;
    _exit(write_all(CONTROL_FD, &error, sizeof error) ? 127 : 126);
}

/* Park, until init sends the head of a request; return where the interpreter is to go on with it, with its arguments and
 * environment as of execve(2). */
__attribute__((visibility("default"))) void runward_await_request(char ***argv, char ***envp) {
    static struct request request;
    uint32_t size;
    if (!write_all(CONTROL_FD, "r", 1) || recv(CONTROL_FD, &size, sizeof size, MSG_WAITALL) != sizeof size)
        _exit(0);
    void *head = malloc(size);
    if (!head || recv(CONTROL_FD, head, size, MSG_WAITALL) != size || parse_head(head, size, &request))
        die("the head of the request");
    if (!in_interpreter || at_terminal || !(request.flags & REQUEST_WARM))
        execute(request.argv, request.envp);
    close(CONTROL_FD); /* else a guest could tell init that it had not been started */
    *argv = request.argv;
    *envp = request.envp;
}

int fork_payload(struct slot *slot, bool terminal) {
    int ends[2];
    char ready;
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD); /* from here on: the payload could end before anybody waits for it */
    slot->signals = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
    if (slot->signals < 0 || sigprocmask(SIG_BLOCK, &child, NULL) || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
        die("descriptors of init");
    slot->payload = fork();
    if (slot->payload < 0)
        die("fork");
    if (slot->payload == 0) {
        at_terminal = terminal;
        become_guest(slot, ends[1]);
        if (ahead && !terminal && dup2(CONTROL_FD, AHEAD_FD) == AHEAD_FD)
            execute(ahead, environ);
        if (!in_interpreter || terminal)
            runward_await_request(NULL, NULL); /* it executes the command */
        return IN_WARM_PAYLOAD;
    }
    close(ends[1]);
    slot->payload_socket = ends[0];
    signal(SIGINT, SIG_DFL); /* an interpreter's handler; pid 1 must have none that a guest could call */
    if (read(ends[0], &ready, 1) != 1 || ready != 'r')
        fail(ECHILD, "the program that is started ahead"); /* if it has told why, that is read first */
    return 0;
}
