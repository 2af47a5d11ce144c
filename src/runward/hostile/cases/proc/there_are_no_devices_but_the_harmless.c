//: answers = { "/dev/mem /dev/kmem /dev/port /dev/kmsg /dev/vda /dev/sda /dev/fuse /dev/kvm /dev/vsock /dev/net/tun /dev/loop-control /dev/mapper/control /dev/cpu/0/msr /dev/uinput /dev/userfaultfd /dev/vhost-net" = "ENOENT|EACCES|EPERM" }
#include "attempt.h"

int main(void) {
    const char *paths[] = {"/dev/mem",     "/dev/kmem",       "/dev/port",           "/dev/kmsg",
                           "/dev/vda",     "/dev/sda",        "/dev/fuse",           "/dev/kvm",
                           "/dev/vsock",   "/dev/net/tun",    "/dev/loop-control",   "/dev/mapper/control",
                           "/dev/cpu/0/msr", "/dev/uinput",   "/dev/userfaultfd",    "/dev/vhost-net"};
    for (unsigned i = 0; i < sizeof paths / sizeof *paths; i++)
        attempt(paths[i], open(paths[i], O_RDONLY | O_NONBLOCK));
}
