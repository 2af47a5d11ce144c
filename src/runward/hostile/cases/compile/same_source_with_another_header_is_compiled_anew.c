//: repeat = 3
//: files = { "value.h" = "#define VALUE \"@RUN@\"\n", "folder/other.h" = "#define OTHER @RUN@\n" }
//: arguments = ["@RUN@"]
//: stdout = "its own\n"
#include "folder/other.h"
#include "value.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(int count, char **arguments) {
    int own = count == 2 && !strcmp(arguments[1], VALUE) && atoi(arguments[1]) == OTHER;
    puts(own ? "its own" : "ESCAPED: another's");
}
