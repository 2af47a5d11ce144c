//: outcome = "exited|compile_error"
//: step = "last"
//: flags = ["-wrapper", "/bin/sh,-c,echo planted > @OPEN_DIR@/planted"]
//: may_refuse = true
//: never = ["root:"]
#include <stdio.h>
int main(void) { puts("ran"); }
