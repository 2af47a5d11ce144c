//: step = "compile"
//: outcome = "compile_error"
//: says = ["[Ff]ile not found|No such file|[Pp]ermission"]
#include <stdio.h>
__asm__(".section .rodata\nstolen: .incbin \"@PUBLIC@\"\n.byte 0\n.text");
extern const char stolen[];
int main(void) { puts(stolen); }
