//: entry = "-fplugin=evil.c"
//: outcome = "exited|compile_error"
//: step = "last"
//: may_refuse = true
#include <stdio.h>
int main(void) { puts("ran"); }
