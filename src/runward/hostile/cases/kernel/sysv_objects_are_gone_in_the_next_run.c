//: repeat = 2
//: stdout = "shm: new\nsem: new\nmsg: new\n"
#include "attempt.h"
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

static void new_or_not(const char *what, int id) {
    printf("%s: %s\n", what, id >= 0 ? "new" : strerrorname_np(errno));
}

int main(void) {
    new_or_not("shm", shmget(0x52554e57, 4096, IPC_CREAT | IPC_EXCL | 0666));
    new_or_not("sem", semget(0x52554e57, 1, IPC_CREAT | IPC_EXCL | 0666));
    new_or_not("msg", msgget(0x52554e57, IPC_CREAT | IPC_EXCL | 0666));
}
