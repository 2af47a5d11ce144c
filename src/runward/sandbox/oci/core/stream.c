/* Bytes over pipes, whole or not at all; and what the core has of it in files that do not belong here. */
#include "oci.h"

bool read_all(int fd, void *data, uint64_t size) {
    for (char *at = data; size > 0;) {
        ssize_t n = read(fd, at, size < INT_MAX ? size : INT_MAX);
        if (n == 0 || (n < 0 && errno != EINTR))
            return false;
        at += n > 0 ? n : 0;
        size -= n > 0 ? (uint64_t)n : 0;
    }
    return true;
}

bool write_all(int fd, const void *data, uint64_t size) {
    for (const char *at = data; size > 0;) {
        ssize_t n = write(fd, at, size < INT_MAX ? size : INT_MAX);
        if (n < 0 && errno != EINTR)
            return false;
        at += n > 0 ? n : 0;
        size -= n > 0 ? (uint64_t)n : 0;
    }
    return true;
}

bool write_frame(int fd, char type, const void *data, size_t size) {
    struct frame frame = {.type = (uint32_t)type, .size = (uint32_t)size};
    return write_all(fd, &frame, sizeof frame) && write_all(fd, data, size);
}

int make_parents(int folder, const char *path) {
    char part[PATH_MAX];
    for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
        memcpy(part, path, (size_t)(slash - path));
        part[slash - path] = 0;
        if (mkdirat(folder, part, 0755) && errno != EEXIST)
            return -1;
    }
    return 0;
}
