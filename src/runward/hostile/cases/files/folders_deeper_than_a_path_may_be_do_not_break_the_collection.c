//: collect = ["**/*.txt"]
//: artifacts = { "near.txt" = "near" }
//: limits = { disk_bytes = "64M" }
#include "attempt.h"
#include <sys/stat.h>

int main(void) {
    char name[201];
    memset(name, 'd', 200);
    name[200] = 0;
    FILE *near = fopen("/box/near.txt", "w");
    need(near != NULL, "fopen");
    fputs("near", near);
    fclose(near);
    for (int i = 0; i < 60; i++) /* three times what a path may be long */
        need(mkdir(name, 0755) == 0 && chdir(name) == 0, "mkdir");
    int fd = open("far.txt", O_CREAT | O_WRONLY, 0644);
    need(fd >= 0 && write(fd, "far", 3) == 3, "far.txt");
}
