/* One program, two roles: `zygote`, started by the supervisor, and `keeper`, started by an OCI runtime. */
#include "oci.h"

int main(int argc, char **argv) {
    if (argc == 3 && !strcmp(argv[1], "keeper"))
        return keeper_main(!strcmp(argv[2], "own"));
    if (argc == 3 && !strcmp(argv[1], "zygote"))
        return zygote_main(atoi(argv[2]));
    return fputs("usage: runward-oci zygote FD | keeper own|shared\nStarted by the supervisor; see ARCHITECTURE.md.\n", stderr), 2;
}
