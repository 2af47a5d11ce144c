/* What the zygote, and the cages that it clones, know of each other. */
#ifndef RUNWARD_CAGE_H
#define RUNWARD_CAGE_H

#include "oci.h"

#define PLACE "/run/cage"    /* what bundle.py puts into the root */
#define SPACE PLACE "/space" /* the cage's own memory file system over a folder of it */

/* What a newborn cage is given. */
struct birth {
    struct spawn spawn;
    int control, cgroups[MAX_CGROUP_FDS], cgroup_count;
};

struct cage {
    int control, frames, orders, input, ours[3], theirs[3]; /* theirs: of which the runtime gets the input alone */
    int file;
    uint64_t file_size, room;
    uint32_t files;
    char path[PATH_MAX], buffer[8 + PATH_MAX + CHUNK];
};

_Noreturn void live_in_cage(struct birth *birth);  /* cage.c */
_Noreturn void relay(struct cage *cage);           /* relay.c */

#endif
