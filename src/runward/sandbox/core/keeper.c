/*
 * The keeper cleans up after its supervisor, however that ended: `runward-core keeper DIR...` (argv[0] is "keeper").
 *
 * Standard input is the read end of a pipe whose other end only the supervisor holds.  Nothing is ever written: the
 * read ends when the supervisor does.  Then everything in the cgroups DIR and below is killed, and they are removed.
 * Exit status: 0 when nothing is left, 1 when something resisted for five seconds.
 */
#include "core.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { ATTEMPTS = 500, PAUSE_NS = 10 * 1000 * 1000 };

static void write_file(int dir, const char *name, const char *text) {
    int fd = openat(dir, name, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return; /* cgroup.kill is not everywhere, and the directory may be gone */
    if (write(fd, text, strlen(text)) < 0)
        errno = 0; /* whether it helped is seen by what is left */
    close(fd);
}

static void kill_listed(int dir) {
    int fd = openat(dir, "cgroup.procs", O_RDONLY | O_CLOEXEC);
    FILE *procs = fd < 0 ? NULL : fdopen(fd, "re");
    long pid;
    if (procs == NULL)
        return;
    while (fscanf(procs, "%ld", &pid) == 1)
        if (pid > 1) /* 0: of another pid namespace; kill(0) would hit ourselves */
            kill((pid_t)pid, SIGKILL);
    fclose(procs);
}

/* Kill and remove what is in `name` and below; the error, if any, is left in errno. */
static int remove_tree(int parent, const char *name) {
    int dir = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (dir < 0)
        return errno == ENOENT ? 0 : -1;
    write_file(dir, "pids.max", "0"); /* a fork bomb is faster than killing one by one */
    write_file(dir, "cgroup.kill", "1");
    kill_listed(dir);
    DIR *entries = fdopendir(dir);
    struct dirent *entry;
    if (entries == NULL) {
        close(dir);
        return -1;
    }
    while ((entry = readdir(entries)) != NULL)
        if (entry->d_type == DT_DIR && strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            remove_tree(dir, entry->d_name);
    closedir(entries);
    return unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT ? 0 : -1;
}

static void wait_for_end_of_supervisor(void) {
    char byte;
    ssize_t got;
    do
        got = read(STDIN_FILENO, &byte, 1);
    while (got > 0 || (got < 0 && errno == EINTR));
}

int keeper_main(int argc, char **argv) {
    const int ignored[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGPIPE, SIGUSR1, SIGUSR2, SIGALRM};
    const struct timespec pause = {.tv_nsec = PAUSE_NS};
    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
        signal(ignored[i], SIG_IGN);
    setsid(); /* fails where we lead a session already, which is as good */
    wait_for_end_of_supervisor();
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        int left = 0;
        for (int i = 1; i < argc; i++)
            left |= remove_tree(AT_FDCWD, argv[i]);
        if (left == 0)
            return 0;
        nanosleep(&pause, NULL);
    }
    fprintf(stderr, "runward keeper: cgroups are left, remove them by hand:");
    for (int i = 1; i < argc; i++)
        fprintf(stderr, " %s", argv[i]);
    fprintf(stderr, "\n");
    return 1;
}
