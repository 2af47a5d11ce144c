//: signal = "SIGSYS|SIGSEGV"
//: stdout = "calling\n"
// SIGSEGV where the kernel has no 32-bit entry at all.
#include "attempt.h"

int main(void) {
    long result = 20; /* getpid of i386 */
    puts("calling");
    fflush(stdout);
    __asm__ volatile("int $0x80" : "+a"(result) : : "memory", "r8", "r9", "r10", "r11");
    printf("ESCAPED: int 0x80 gave %ld\n", result);
}
