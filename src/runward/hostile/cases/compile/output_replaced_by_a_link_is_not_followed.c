//: outcome = "exited|compile_error"
//: step = "last"
//: files = { "wrap.sh" = "rm -f /box/main; ln -s /etc/passwd /box/main; exit 0\n" }
//: flags = ["-wrapper", "/bin/sh,/box/wrap.sh"]
//: collect = ["*"]
//: never = ["root:", "^ran$"]
//: may_refuse = true
#include <stdio.h>
int main(void) { puts("ran"); }
