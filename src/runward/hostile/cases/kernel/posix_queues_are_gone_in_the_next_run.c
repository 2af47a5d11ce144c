//: repeat = 2
//: says = ["^queue: (new|ENOSYS|EPERM|EACCES)$"]
#include "attempt.h"
#include <mqueue.h>

int main(void) {
    mqd_t queue = mq_open("/runward", O_CREAT | O_EXCL | O_RDWR, 0666, NULL);
    printf("queue: %s\n", queue >= 0 ? "new" : strerrorname_np(errno));
}
