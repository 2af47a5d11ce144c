#ifndef HEAP_H
#define HEAP_H

#include <stdbool.h>
#include <stddef.h>

struct item {
    int cost;
    int node;
    const char *name;
};

struct heap {
    struct item *items;
    size_t count, room;
};

void heap_push(struct heap *heap, struct item item);
bool heap_pop(struct heap *heap, struct item *top);

#endif
