//: signal = "SIGSYS|SIGSEGV"
//: stdout = "jumping\n"
// The 32-bit code segment is open to everyone: code that runs there makes i386 system calls without any prefix.
#include "attempt.h"
#include <sys/mman.h>

int main(void) {
    static const unsigned char code[] = {0xb8, 20, 0, 0, 0, 0xcd, 0x80, 0xcb}; /* mov $20,%eax; int $0x80; lret */
    unsigned char *low = mmap(NULL, 8192, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    need(low != MAP_FAILED, "executable memory below 4 GiB");
    memcpy(low, code, sizeof code);
    puts("jumping");
    fflush(stdout);
    struct {
        uint32_t offset;
        uint16_t segment;
    } __attribute__((packed)) target = {(uint32_t)(uintptr_t)low, 0x23};
    uintptr_t stack = (uintptr_t)low + 8000, result = 0;
    __asm__ volatile("mov %%rsp, %%r12; mov %2, %%rsp; lcall *%1; mov %%r12, %%rsp"
                     : "=a"(result)
                     : "m"(target), "r"(stack)
                     : "memory", "r12", "rcx", "r8", "r9", "r10", "r11");
    printf("ESCAPED: i386 getpid gave %ld\n", (long)result);
}
