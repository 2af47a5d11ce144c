#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "graph.h"

enum { MAX_ENTRIES = 16, TEXT_SIZE = 256 };

struct entry {
    char key[2 * NAME_SIZE + 1];
    char text[TEXT_SIZE];
};

/* The entry used last comes first. */
static struct {
    int capacity, count, hits, misses;
    struct entry entries[MAX_ENTRIES + 1];
} cache = {.capacity = 1};

static const char *recall(const char *key) {
    for (int at = 0; at < cache.count; at++) {
        if (strcmp(cache.entries[at].key, key) != 0) continue;
        struct entry found = cache.entries[at];
        memmove(&cache.entries[1], &cache.entries[0], (size_t)at * sizeof found);
        cache.entries[0] = found;
        cache.hits++;
        return cache.entries[0].text;
    }
    cache.misses++;
    return NULL;
}

static void keep(const char *key, const char *text) {
    memmove(&cache.entries[1], &cache.entries[0], (size_t)cache.count * sizeof cache.entries[0]);
    snprintf(cache.entries[0].key, sizeof cache.entries[0].key, "%s", key);
    snprintf(cache.entries[0].text, sizeof cache.entries[0].text, "%s", text);
    if (cache.count < cache.capacity) cache.count++;
}

static void answer(struct graph *graph, const char *from, const char *to) {
    char key[2 * NAME_SIZE + 1], text[TEXT_SIZE];
    snprintf(key, sizeof key, "%s %s", from, to);
    const char *known = recall(key);
    if (known != NULL) {
        printf("%s [cached]\n", known);
        return;
    }
    if (!graph_shortest(graph, from, to, text, sizeof text)) snprintf(text, sizeof text, "no path from %s to %s", from, to);
    keep(key, text);
    puts(text);
}

int main(void) {
    static struct graph graph;
    char line[128], one[NAME_SIZE], other[NAME_SIZE];
    int number;
    while (fgets(line, sizeof line, stdin) != NULL) {
        if (sscanf(line, "cache %d", &number) == 1) {
            cache.capacity = number < MAX_ENTRIES ? number : MAX_ENTRIES;
        } else if (sscanf(line, "edge %15s %15s %d", one, other, &number) == 3) {
            graph_connect(&graph, one, other, number);
            cache.count = 0;
        } else if (sscanf(line, "path %15s %15s", one, other) == 2) {
            answer(&graph, one, other);
        } else {
            printf("hits %d misses %d size %d\n", cache.hits, cache.misses, cache.count);
        }
    }
    graph_free(&graph);
    return 0;
}
