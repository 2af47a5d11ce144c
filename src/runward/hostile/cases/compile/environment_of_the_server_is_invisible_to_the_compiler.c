//: outcome = "exited|compile_error"
//: step = "last"
//: never = ["RUNWARD_"]
#include <stdio.h>
__asm__(".section .rodata\n.globl stolen\nstolen: .incbin \"/proc/self/environ\"\n.globl end\nend: .byte 0\n.text");
extern const char stolen[], end[];
int main(void) {
    fwrite(stolen, 1, end - stolen, stdout);
    return 0;
}
