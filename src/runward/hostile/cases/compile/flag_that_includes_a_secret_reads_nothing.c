//: outcome = "exited|compile_error"
//: step = "last"
//: flags = ["-include", "@SECRET@", "-imacros", "/etc/shadow"]
//: may_refuse = true
//: never = ["root:"]
#include <stdio.h>
int main(void) { puts("ran"); }
