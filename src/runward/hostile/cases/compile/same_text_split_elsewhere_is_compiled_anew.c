//: repeat = 2
//: flags = ["-D", "FIRST@RUN@", "-DSECOND", "-include", "a@RUN@"]
//: files = { "a0" = "#define VALUE 0\n", "a1" = "#define VALUE 1\n" }
//: arguments = ["@RUN@"]
//: stdout = "its own\n"
// The same words and files in sum: only which of them belong together differs.
#include <stdio.h>
#include <stdlib.h>
int main(int count, char **arguments) { puts(count == 2 && atoi(arguments[1]) == VALUE ? "its own" : "ESCAPED: another's"); }
