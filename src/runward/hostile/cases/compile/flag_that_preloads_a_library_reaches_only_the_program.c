//: outcome = "exited|compile_error"
//: step = "last"
//: flags = ["-Wl,-rpath,/box", "-Wl,--dynamic-linker=@OPEN_DIR@/planted", "-Wl,-T,@SECRET@", "-Wl,-Map=@OPEN_DIR@/map"]
//: may_refuse = true
//: never = ["root:", "^ran$"]
#include <stdio.h>
int main(void) { puts("ran"); }
