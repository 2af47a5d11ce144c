/* What stands on both sides of an OCI runtime: the cage that it is started in, and the keeper that is process 1 of the
 * container.  See ../__init__.py for the theory of operation.
 *
 * They speak over three pipes, the standard streams of the container: no socket and no descriptor passes a sandbox that has
 * a kernel of its own.
 *   0  to the keeper: u32 size and bytes of the system call filter; a struct start, the request, and each file that it
 *      refers to as u64 size and bytes; then, at any time, 'K' to kill the program, or 'S' and the number of a signal to it
 *   1  from the keeper: frames
 *   2  to the keeper: what the program reads
 */
#ifndef RUNWARD_OCI_H
#define RUNWARD_OCI_H

#include "../../core/core.h"

/* How many a request has on top of its limit (request.py), and the one that gVisor lets pass. */
enum { SPARE_PROCESSES = 8 + 1 };
enum { MAX_REQUEST = 1 << 30, MAX_FILTER = 1 << 16, CHUNK = 1 << 16 };

struct start {
    uint64_t request_size;
    uint32_t inputs, unused;
};

/* P ready; o and e output and error output; F a file: u64 size and its path; D its content; X a struct
 * ended; E a fault of ours, in words. */
struct frame {
    uint32_t type, size;
};

bool read_all(int fd, void *data, uint64_t size); /* stream.c; false at the end or on an error */
bool write_frame(int fd, char type, const void *data, size_t size);

int zygote_main(int control);     /* zygote.c */
int keeper_main(bool own_kernel); /* keeper.c */
bool start_program(const struct request *r, const int streams[3], int report, pid_t *pid); /* program.c */
void collect(const struct request *r, struct ended *ended);                                /* collect.c */

#endif
