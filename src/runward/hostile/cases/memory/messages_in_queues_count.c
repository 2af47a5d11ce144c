//: outcome = "memory_limit|exited"
//: limits = { memory_bytes = "32M" }
//: says = ["^filling$"]
#include "attempt.h"
#include <sys/msg.h>

int main(void) {
    static struct {
        long type;
        char text[8000];
    } message = {.type = 1};
    long held = 0;
    int queue;
    puts("filling");
    fflush(stdout);
    while ((queue = msgget(IPC_PRIVATE, IPC_CREAT | 0600)) >= 0)
        while (msgsnd(queue, &message, sizeof message.text, IPC_NOWAIT) == 0)
            held += sizeof message.text;
    printf("held %ld KiB: %s\n", held >> 10, strerrorname_np(errno));
    if (held > 40 << 20)
        puts("ESCAPED: message queues hold more than the limit");
}
