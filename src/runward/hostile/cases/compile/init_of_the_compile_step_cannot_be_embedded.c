//: step = "compile"
//: outcome = "compile_error"
//: says = ["[Ff]ile not found|No such file|[Pp]ermission"]
__asm__(".incbin \"/proc/1/environ\"");
int main(void) { return 0; }
