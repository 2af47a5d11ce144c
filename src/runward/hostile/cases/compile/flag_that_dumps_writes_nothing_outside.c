//: outcome = "exited|compile_error"
//: step = "last"
//: flags = ["-save-temps=obj", "-dumpdir", "@OPEN_DIR@/planted", "-fdump-tree-all"]
//: may_refuse = true
//: never = ["root:"]
#include <stdio.h>
int main(void) { puts("ran"); }
