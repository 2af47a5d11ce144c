/* Give parse_request() bytes that nobody meant, under the sanitizers; not part of the core.
 *
 *   cc -g -fsanitize=address,undefined -fno-sanitize-recover=all -o fuzz fuzz_request.c request.c
 *   ./fuzz show < REQUEST           print what was read of it; exit status 1 where it is refused
 *   ./fuzz mutate SEED COUNT < REQUEST   parse that many changed copies of it
 * script/fuzz gives it to libFuzzer instead, which looks for inputs that reach new code. */
#include "core.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile uint8_t sink;

static void touch(const void *start, uint64_t size) {
    for (uint64_t i = 0; i < size; i++)
        sink ^= ((const uint8_t *)start)[i]; /* all of what was promised must be there to be read */
}

static void touch_strings(char **list, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        touch(list[i], strlen(list[i]));
    if (list[count])
        abort(); /* execve() needs its end */
}

/* Of a copy that strtok may cut up; as it passes over empty parts, the leading slash is looked for before. */
static bool climbs(const char *path) {
    char *copy = strdup(path);
    bool found = path[0] == '/';
    for (char *part = strtok(copy, "/"); part; part = strtok(NULL, "/"))
        found |= !strcmp(part, "..") || !strcmp(part, ".");
    free(copy);
    return found;
}

static void check_file(const struct input_file *file) {
    touch(file->path, strlen(file->path));
    if (file->data)
        touch(file->data, file->size);
    if (climbs(file->path))
        abort();
    if (!file->data && (file->fd < 0 || file->fd >= MAX_INPUT_FDS))
        abort();
}

static void touch_head(const struct request *request) {
    touch_strings(request->argv, request->argc);
    touch_strings(request->envp, request->envc);
    if (request->argc == 0)
        abort(); /* there would be nothing to execute */
}

/* Init passes the head of what it has read on to the payload, which must read the same in it. */
static void check_head(uint8_t *data, const struct request *whole) {
    struct request head;
    if (parse_head(data, whole->head_size, &head) || head.argc != whole->argc || head.envc != whole->envc)
        abort();
    touch_head(&head);
    free_request(&head);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct request request;
    uint8_t *copy = malloc(size ? size : 1); /* of exactly this size, so that a byte too far is seen */
    memcpy(copy, data, size);
    if (parse_request(copy, size, MAX_INPUT_FDS, &request) == 0) {
        touch_head(&request);
        touch_strings(request.patterns, request.pattern_count);
        for (uint32_t i = 0; i < request.file_count; i++)
            check_file(&request.files[i]);
        check_head(copy, &request);
        free_request(&request);
    }
    if (parse_head(copy, size, &request) == 0) {
        touch_head(&request);
        free_request(&request);
    }
    if (memcmp(copy, data, size)) /* it is mapped read-only where it counts */
        abort();
    free(copy);
    return 0;
}

#ifndef LIBFUZZER
enum { MAX_SIZE = 1 << 20 };
static uint8_t seed[MAX_SIZE], changed[MAX_SIZE];
static uint64_t state;

static uint64_t draw(uint64_t below) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state % below;
}

static size_t mutate_once(size_t size) {
    static const uint32_t odd[] = {0, 1, 2, 127, 255, 4096, 65536, 65537, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff};
    size_t at = (size_t)draw(size), length = (size_t)draw(16) + 1;
    switch (draw(5)) {
    case 0:
        changed[at] = (uint8_t)draw(256);
        return size;
    case 1:
        memcpy(changed + at, &odd[draw(sizeof odd / sizeof *odd)], size - at < 4 ? size - at : 4);
        return size;
    case 2: /* cut a piece out */
        length = length < size - at ? length : size - at;
        memmove(changed + at, changed + at + length, size - at - length);
        return size - length;
    case 3: /* say a piece twice */
        length = length < size - at ? length : size - at;
        if (size + length > MAX_SIZE)
            return size;
        memmove(changed + at + length, changed + at, size - at);
        return size + length;
    default:
        return at;
    }
}

static void print_strings(const char *what, char **list, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        printf("%s %zu %s%c", what, strlen(list[i]), list[i], 0);
}

static int show(size_t size) {
    struct request r;
    if (parse_request(seed, size, MAX_INPUT_FDS, &r))
        return 1;
    printf("limits");
    for (int i = 0; i < REQUEST_LIMITS; i++)
        printf(" %lu", r.limits[i]);
    printf(" %u %u%c", r.max_artifacts, r.flags, 0);
    print_strings("argument", r.argv, r.argc);
    print_strings("variable", r.envp, r.envc);
    for (uint32_t i = 0; i < r.file_count; i++)
        printf("file %o %d %lu %s%c", r.files[i].mode, r.files[i].fd, r.files[i].size, r.files[i].path, 0);
    print_strings("pattern", r.patterns, r.pattern_count);
    free_request(&r);
    return 0;
}

int main(int argc, char **argv) {
    size_t size = fread(seed, 1, sizeof seed, stdin);
    if (argc == 2 && !strcmp(argv[1], "show"))
        return show(size);
    if (argc != 4 || strcmp(argv[1], "mutate") || size == 0)
        return 2;
    state = strtoull(argv[2], NULL, 10) | 1;
    for (uint64_t i = strtoull(argv[3], NULL, 10); i > 0; i--) {
        size_t length = size;
        memcpy(changed, seed, size);
        for (uint64_t times = draw(6) + 1; times > 0 && length > 0; times--)
            length = mutate_once(length);
        LLVMFuzzerTestOneInput(changed, length);
    }
    return 0;
}
#endif
