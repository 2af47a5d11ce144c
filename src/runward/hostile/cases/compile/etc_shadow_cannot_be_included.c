//: step = "compile"
//: outcome = "compile_error"
//: says = ["No such file|Permission denied"]
//: never = ["root:"]
#include "/etc/shadow"
int main(void) { return 0; }
