//: repeat = 3
//: stdout = "as compiled\n"
#include "attempt.h"
#include <sys/stat.h>
/* What a run makes of its own compiled file must not be what the next one of the same source gets. */
int main(void) {
    puts("as compiled");
    fflush(stdout);
    need(unlink("/box/main") == 0, "unlink");
    FILE *file = fopen("/box/main", "w");
    need(file != NULL, "fopen");
    fputs("#!/bin/sh\necho ESCAPED: what an earlier run has left\n", file);
    fclose(file);
    chmod("/box/main", 0755);
}
