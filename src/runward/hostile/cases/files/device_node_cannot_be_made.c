//: answers = { "null disk memory" = "EPERM" }
//: collect = ["*.txt"]
//: artifacts = {}
#include "attempt.h"
#include <sys/stat.h>
#include <sys/sysmacros.h>

int main(void) {
    attempt("null", mknod("/box/null.txt", S_IFCHR | 0666, makedev(1, 3)));
    attempt("disk", mknod("/box/disk.txt", S_IFBLK | 0666, makedev(254, 0)));
    attempt("memory", mknod("/tmp/memory.txt", S_IFCHR | 0666, makedev(1, 1)));
}
