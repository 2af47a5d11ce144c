//: repeat = 2
//: concurrent = true
//: stdout = "shm: new\n"
#include "attempt.h"
#include <sys/shm.h>

int main(void) {
    int id = shmget(0x52554e58, 4096, IPC_CREAT | IPC_EXCL | 0666);
    printf("shm: %s\n", id >= 0 ? "new" : strerrorname_np(errno));
    fflush(stdout);
    sleep(1);
}
