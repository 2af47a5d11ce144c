/* Files out.  Nothing of the guest is alive here, so no name changes under us; but any of them may be a link, a pipe, a
 * folder without end.  Their content goes out as bytes: no descriptor passes a sandbox. */
#include "oci.h"
#include <sys/statvfs.h>

enum { FRAMES = 1, MAX_DEPTH = 32, MAX_ENTRIES = 20000 };

struct walk {
    const struct request *request;
    struct ended *ended;
    uint32_t entries;
    uint64_t room; /* holes and many names for one file take no room on the disk, but they do here */
    char path[PATH_MAX];
    char buffer[CHUNK];
};

static void send_file(struct walk *walk, int fd, uint64_t size) {
    char head[8 + PATH_MAX];
    size_t length = strlen(walk->path);
    memcpy(head, &size, 8);
    memcpy(head + 8, walk->path, length);
    if (!write_frame(FRAMES, 'F', head, 8 + length))
        _exit(1);
    walk->ended->files++;
    walk->room -= size;
    for (ssize_t n; (n = read(fd, walk->buffer, CHUNK)) > 0;)
        if (!write_frame(FRAMES, 'D', walk->buffer, (size_t)n))
            _exit(1);
}

static void hand_out(struct walk *walk, int folder, const char *name) {
    struct stat info;
    /* O_NONBLOCK: a FIFO in the place of the file must not hold us. */
    int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return;
    if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode)) {
        if (walk->ended->files < walk->request->max_artifacts && (uint64_t)info.st_size <= walk->room)
            send_file(walk, fd, (uint64_t)info.st_size);
        else
            walk->ended->files_left_out++;
    }
    close(fd);
}

static void walk_folder(struct walk *walk, int fd, size_t length, int depth);

static void visit(struct walk *walk, int folder, const struct dirent *entry, size_t length, int depth) {
    size_t more = strlen(entry->d_name) + (length ? 1 : 0);
    if (length + more >= sizeof walk->path)
        return;
    snprintf(walk->path + length, sizeof walk->path - length, "%s%s", length ? "/" : "", entry->d_name);
    if (entry->d_type == DT_DIR && depth < MAX_DEPTH) {
        int fd = openat(folder, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        walk_folder(walk, fd, length + more, depth + 1);
    } else if (entry->d_type == DT_REG && matches(walk->request, walk->path))
        hand_out(walk, folder, entry->d_name);
    walk->path[length] = 0;
}

static void walk_folder(struct walk *walk, int fd, size_t length, int depth) {
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    if (!folder) {
        if (fd >= 0)
            close(fd);
        return;
    }
    for (struct dirent *entry; (entry = readdir(folder)) && walk->entries < MAX_ENTRIES;) {
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
            continue;
        walk->entries++;
        visit(walk, fd, entry, length, depth);
    }
    closedir(folder);
}

void collect(const struct request *request, struct ended *ended) {
    static struct walk walk;
    struct statvfs disk;
    walk.request = request;
    walk.ended = ended;
    if (statvfs("/box", &disk) == 0)
        walk.room = (uint64_t)disk.f_blocks * disk.f_frsize;
    walk_folder(&walk, open("/box", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), 0, 0);
}
