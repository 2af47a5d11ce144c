//: repeat = 6
//: concurrent = true
//: flags = ["-DVALUE=@RUN@"]
//: arguments = ["@RUN@"]
//: stdout = "its own\n"
#include <stdio.h>
#include <stdlib.h>
int main(int count, char **arguments) { puts(count == 2 && atoi(arguments[1]) == VALUE ? "its own" : "ESCAPED: another's"); }
