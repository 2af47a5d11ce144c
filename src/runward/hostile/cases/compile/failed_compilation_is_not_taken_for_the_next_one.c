//: repeat = 2
//: step = "last"
//: outcome = "exited|compile_error"
//: flags = ["-DVALUE=@RUN@"]
//: says = ["^own$|run 0 is not to be compiled"]
#include <stdio.h>
#if VALUE == 0
#error run 0 is not to be compiled
#endif
int main(void) { puts("own"); }
