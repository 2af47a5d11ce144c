//: repeat = 3
//: distinct = true
#include "attempt.h"
#include <sys/auxv.h>

int main(void) {
    unsigned char *random = (unsigned char *)getauxval(AT_RANDOM);
    int here;
    for (int i = 0; i < 16; i++)
        printf("%02x", random[i]);
    printf(" %p %p\n", (void *)&here, (void *)&main);
}
