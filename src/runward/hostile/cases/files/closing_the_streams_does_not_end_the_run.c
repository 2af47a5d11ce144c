//: exit_code = 5
//: stdout = "last words\n"
//: collect = ["later.txt"]
//: artifacts = { "later.txt" = "written with the streams closed" }
#include "attempt.h"

int main(void) {
    puts("last words");
    fflush(stdout);
    for (int fd = 0; fd < 64; fd++)
        close(fd);
    usleep(200000);
    int file = open("/box/later.txt", O_CREAT | O_WRONLY, 0600);
    return write(file, "written with the streams closed", 31) == 31 ? 5 : 6;
}
