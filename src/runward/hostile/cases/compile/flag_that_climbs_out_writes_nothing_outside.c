//: outcome = "exited|compile_error"
//: step = "last"
//: flags = ["-o", "../../../../../../..@OPEN_DIR@/planted", "-MD", "-MF", "../..@OPEN_DIR@/dependencies", "-Wl,-o,../..@OPEN_DIR@/linked"]
//: may_refuse = true
#include <stdio.h>
int main(void) { puts("ran"); }
