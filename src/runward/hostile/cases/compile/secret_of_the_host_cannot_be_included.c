//: step = "compile"
//: outcome = "compile_error"
//: says = ["No such file|Permission denied"]
#include "@SECRET@"
int main(void) { return 0; }
