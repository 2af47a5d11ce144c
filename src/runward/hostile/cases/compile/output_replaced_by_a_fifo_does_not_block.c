//: outcome = "exited|compile_error"
//: step = "last"
//: files = { "wrap.sh" = "rm -f /box/main; /usr/bin/mkfifo /box/main; exit 0\n" }
//: flags = ["-wrapper", "/bin/sh,/box/wrap.sh"]
//: never = ["^ran$"]
//: may_refuse = true
//: within = 5
#include <stdio.h>
int main(void) { puts("ran"); }
