/* Parse a run request.  The bytes come from outside; nothing in here may trust them (fuzz_request.c tries).
 *
 * Layout: "RWR2", then u32 argc, envc, files, patterns, max_artifacts, flags, then u64 cpu_seconds, file_bytes, open_files,
 * stack_bytes, processes, address_space, locked_bytes (0: unlimited), wall_ns, then argv, environment, files, patterns.  A
 * string is a u32 length that counts its final NUL, and the bytes.  A file is u32 mode, i32 descriptor index (-1: inline),
 * its path, and, where inline, u64 size and the bytes.  With REQUEST_TERMINAL the last descriptor is no file but the
 * terminal.  What stands before the files is read by what is started ahead too (HEAD_BYTES in ../../languages/definitions). */
#include "core.h"

struct cursor {
    uint8_t *at, *end;
    bool bad;
    int fds;
};

static void *take(struct cursor *c, uint64_t size) {
    if (c->bad || size > (uint64_t)(c->end - c->at)) {
        c->bad = true;
        return NULL;
    }
    void *start = c->at;
    c->at += size;
    return start;
}

static uint64_t take_int(struct cursor *c, size_t size) {
    uint64_t value = 0;
    void *bytes = take(c, size);
    if (bytes)
        memcpy(&value, bytes, size);
    return value;
}

static char *take_string(struct cursor *c) {
    uint32_t length = (uint32_t)take_int(c, 4);
    char *text = take(c, length);
    if (!text || length == 0 || memchr(text, 0, length) != text + length - 1) {
        c->bad = true;
        return NULL;
    }
    return text;
}

/* A path inside the work folder: relative, no empty, `.` or `..` component. */
static bool is_plain_path(const char *path) {
    if (strlen(path) >= 4096)
        return false;
    for (const char *part = path;; part = strchr(part, '/') + 1) {
        size_t length = strcspn(part, "/");
        bool dots = length <= 2 && !strncmp(part, "..", length); /* `.` and `..`, and the empty one */
        if (dots || length > 255)
            return false;
        if (!part[length])
            return true;
    }
}

static void take_file(struct cursor *c, struct input_file *file) {
    file->mode = (uint32_t)take_int(c, 4) & 0777;
    file->fd = (int32_t)take_int(c, 4);
    file->path = take_string(c);
    if (c->bad || !is_plain_path(file->path) || file->fd < -1 || file->fd >= c->fds) {
        c->bad = true;
        return;
    }
    if (file->fd < 0) {
        file->size = take_int(c, 8);
        file->data = take(c, file->size);
    }
}

static char **take_strings(struct cursor *c, uint32_t count) {
    char **list = calloc((size_t)count + 1, sizeof *list);
    if (!list)
        c->bad = true;
    for (uint32_t i = 0; i < count && !c->bad; i++)
        list[i] = take_string(c);
    return list;
}

void free_request(struct request *r) {
    free(r->argv);
    free(r->envp);
    free(r->files);
    free(r->patterns);
    memset(r, 0, sizeof *r);
}

static void take_head(struct cursor *c, struct request *r) {
    const void *magic = take(c, 4);
    c->bad = !magic || memcmp(magic, "RWR2", 4);
    uint32_t *counts[] = {&r->argc, &r->envc, &r->file_count, &r->pattern_count, &r->max_artifacts, &r->flags};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        if ((*counts[i] = (uint32_t)take_int(c, 4)) > 65536)
            c->bad = true;
    for (int i = 0; i < REQUEST_LIMITS; i++)
        r->limits[i] = take_int(c, 8);
    if (c->bad)
        return; /* the counts are not to be believed */
    r->argv = take_strings(c, r->argc);
    r->envp = take_strings(c, r->envc);
    c->bad |= r->argc == 0;
}

/* What is left over, or missing, makes a request bad. */
static int finish(const struct cursor *c, struct request *r) {
    if (!c->bad && c->at == c->end)
        return 0;
    free_request(r);
    return -1;
}

int parse_head(uint8_t *buffer, size_t size, struct request *r) {
    struct cursor c = {buffer, buffer + size, false, 0};
    memset(r, 0, sizeof *r);
    take_head(&c, r);
    return finish(&c, r);
}

int parse_request(uint8_t *buffer, size_t size, int fds, struct request *r) {
    struct cursor c = {buffer, buffer + size, false, fds};
    memset(r, 0, sizeof *r);
    take_head(&c, r);
    r->head_size = (size_t)(c.at - buffer);
    c.fds -= (r->flags & REQUEST_TERMINAL) != 0;
    c.bad |= c.fds < 0;
    if (c.bad)
        return finish(&c, r);
    r->files = calloc((size_t)r->file_count + 1, sizeof *r->files);
    for (uint32_t i = 0; i < r->file_count && r->files && !c.bad; i++)
        take_file(&c, &r->files[i]);
    r->patterns = take_strings(&c, r->pattern_count);
    c.bad |= !r->files;
    return finish(&c, r);
}

/* Whether a path is one of those that are to be handed out. */
bool matches(const struct request *r, const char *path) {
    for (uint32_t i = 0; i < r->pattern_count; i++) {
        const char *pattern = r->patterns[i], *rest = path;
        bool any_depth = !strncmp(pattern, "**/", 3);
        do {
            if (!fnmatch(any_depth ? pattern + 3 : pattern, rest, FNM_PATHNAME | FNM_NOESCAPE))
                return true;
            rest = strchr(rest, '/');
        } while (any_depth && rest++);
    }
    return false;
}
