//: limits = { memory_bytes = "64M", cpu_time = 20, wall_time = 60 }
//: says = ["^mapped more than the limit: yes$"]
/* Pages of the toolchain that it only looks at are the host's cache, and no reason to end a run. */
#include "attempt.h"
#include <dirent.h>
#include <sys/mman.h>
#include <sys/stat.h>

static long seen;

static void look(const char *folder, int depth) {
    DIR *dir = opendir(folder);
    struct dirent *entry;
    struct stat info;
    char path[4096];
    while (dir && (entry = readdir(dir)) && seen < 200L << 20) {
        if (entry->d_name[0] == '.' || snprintf(path, sizeof path, "%s/%s", folder, entry->d_name) >= (int)sizeof path)
            continue;
        if (lstat(path, &info) == 0 && S_ISDIR(info.st_mode) && depth < 4)
            look(path, depth + 1);
        int fd = S_ISREG(info.st_mode) && info.st_size > 100000 ? open(path, O_RDONLY) : -1;
        char *map = fd < 0 ? MAP_FAILED : mmap(NULL, info.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        for (off_t at = 0; map != MAP_FAILED && at < info.st_size; at += 4096)
            seen += 4096 + (((volatile char *)map)[at] & 0);
        if (fd >= 0)
            close(fd);
    }
    if (dir)
        closedir(dir);
}

int main(void) {
    look("/usr/lib", 0);
    printf("mapped more than the limit: %s\n", seen > 64L << 20 ? "yes" : "no");
}
