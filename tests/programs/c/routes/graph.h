#ifndef GRAPH_H
#define GRAPH_H

#include <stdbool.h>
#include <stddef.h>

enum { MAX_NODES = 64, NAME_SIZE = 16 };

struct edge {
    int to;
    int cost;
    struct edge *next;
};

struct graph {
    int count;
    char names[MAX_NODES][NAME_SIZE];
    struct edge *first[MAX_NODES];
    struct edge *last[MAX_NODES];
};

int graph_node(struct graph *graph, const char *name);
void graph_connect(struct graph *graph, const char *one, const char *other, int cost);
bool graph_shortest(struct graph *graph, const char *from, const char *to, char *text, size_t size);
void graph_free(struct graph *graph);

#endif
