//: step = "compile"
//: outcome = "compile_error"
//: stdin = "int from_the_run;"
//: compile_limits = { wall_time = 10 }
//: within = 8
//: says = ["undeclared|No such|Permission"]
#include "/dev/stdin"
int main(void) {
    return from_the_run; /* the input is the program's, not the compiler's */
}
