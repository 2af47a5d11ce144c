//: outcome = "exited|compile_error"
//: step = "last"
//: files = { "wrap.sh" = "setsid sleep 600 >/dev/null 2>&1 & \"$@\"\n" }
//: flags = ["-wrapper", "/bin/sh,/box/wrap.sh"]
//: may_refuse = true
//: within = 10
#include <stdio.h>
int main(void) { puts("ran"); }
