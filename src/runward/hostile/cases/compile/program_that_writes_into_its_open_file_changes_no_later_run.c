//: repeat = 3
//: says = ["^as compiled$", "^descriptor: (EACCES|EROFS|ETXTBSY|EPERM)$", "^truncate: (EACCES|EROFS|ETXTBSY|EPERM)$", "^map: (EACCES|EPERM)$"]
#include "attempt.h"
#include <sys/mman.h>
int main(void) {
    puts("as compiled");
    attempt("descriptor", open("/proc/self/exe", O_WRONLY));
    attempt("truncate", truncate("/box/main", 10));
    int fd = open("/proc/self/exe", O_RDONLY);
    need(fd >= 0, "open");
    attempt("map", (long)mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == -1 ? -1 : 0);
}
