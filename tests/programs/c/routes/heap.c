#include "heap.h"

#include <stdlib.h>
#include <string.h>

static bool before(const struct heap *heap, size_t one, size_t other) {
    const struct item *a = &heap->items[one], *b = &heap->items[other];
    return a->cost != b->cost ? a->cost < b->cost : strcmp(a->name, b->name) < 0;
}

static void swap(struct heap *heap, size_t one, size_t other) {
    struct item kept = heap->items[one];
    heap->items[one] = heap->items[other];
    heap->items[other] = kept;
}

void heap_push(struct heap *heap, struct item item) {
    if (heap->count == heap->room) {
        heap->room = heap->room ? 2 * heap->room : 8;
        heap->items = realloc(heap->items, heap->room * sizeof *heap->items);
        if (heap->items == NULL) abort();
    }
    heap->items[heap->count++] = item;
    for (size_t at = heap->count - 1; at > 0 && before(heap, at, (at - 1) / 2); at = (at - 1) / 2)
        swap(heap, at, (at - 1) / 2);
}

bool heap_pop(struct heap *heap, struct item *top) {
    if (heap->count == 0) return false;
    *top = heap->items[0];
    heap->items[0] = heap->items[--heap->count];
    for (size_t at = 0, least;; at = least) {
        least = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2; child++)
            if (child < heap->count && before(heap, child, least)) least = child;
        if (least == at) return true;
        swap(heap, at, least);
    }
}
