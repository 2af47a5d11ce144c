//: outcome = "exited|compile_error"
//: step = "last"
//: flags = ["@@SECRET@"]
//: may_refuse = true
//: never = ["root:"]
#include <stdio.h>
int main(void) { puts("ran"); }
