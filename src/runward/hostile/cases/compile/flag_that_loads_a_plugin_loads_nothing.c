//: outcome = "exited|compile_error"
//: step = "last"
//: flags = ["-fplugin=/box/main.so", "-B/box/", "-specs=/box/specs"]
//: may_refuse = true
//: never = ["root:"]
#include <stdio.h>
int main(void) { puts("ran"); }
