/* Bytes over pipes, whole or not at all. */
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

bool write_frame(int fd, char type, const void *data, size_t size) {
    struct frame frame = {.type = (uint32_t)type, .size = (uint32_t)size};
    return write_all(fd, &frame, sizeof frame) && write_all(fd, data, size);
}
