//: step = "compile"
//: outcome = "compile_error"
//: says = ["No such file|Permission denied"]
#include "@PUBLIC@"
int main(void) { return 0; }
