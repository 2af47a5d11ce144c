//: outcome = "exited|compile_error"
//: step = "last"
//: flags = ["-DX=$(touch @OPEN_DIR@/planted)", "; touch @OPEN_DIR@/planted", "`touch @OPEN_DIR@/planted`"]
//: may_refuse = true
//: never = ["root:"]
#include <stdio.h>
int main(void) { puts("ran"); }
