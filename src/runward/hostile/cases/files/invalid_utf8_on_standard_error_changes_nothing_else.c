//: exit_code = 3
//: stdout_hex = "6f6bff0a"
//: says = ["^error before", "error after$"]
#include <stdio.h>
int main(void) {
    fputs("error before \xc3(\xff\xfe\xed\xa0\x80 error after\n", stderr);
    fputs("ok\xff\n", stdout);
    return 3;
}
