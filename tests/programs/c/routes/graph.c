#include "graph.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "heap.h"

int graph_node(struct graph *graph, const char *name) {
    for (int node = 0; node < graph->count; node++)
        if (strcmp(graph->names[node], name) == 0) return node;
    if (graph->count == MAX_NODES) {
        fprintf(stderr, "more than %d nodes\n", MAX_NODES);
        exit(2);
    }
    snprintf(graph->names[graph->count], NAME_SIZE, "%s", name);
    return graph->count++;
}

static void add(struct graph *graph, int from, int to, int cost) {
    struct edge *edge = malloc(sizeof *edge);
    if (edge == NULL) abort();
    *edge = (struct edge){.to = to, .cost = cost};
    if (graph->last[from] != NULL) graph->last[from]->next = edge;
    else graph->first[from] = edge;
    graph->last[from] = edge;
}

void graph_connect(struct graph *graph, const char *one, const char *other, int cost) {
    int first = graph_node(graph, one), second = graph_node(graph, other);
    add(graph, first, second, cost);
    add(graph, second, first, cost);
}

static void describe(const struct graph *graph, const int *previous, int node, char *text, size_t size) {
    if (previous[node] < 0) {
        snprintf(text, size, "%s", graph->names[node]);
        return;
    }
    describe(graph, previous, previous[node], text, size);
    size_t used = strlen(text);
    snprintf(text + used, size - used, " -> %s", graph->names[node]);
}

bool graph_shortest(struct graph *graph, const char *from, const char *to, char *text, size_t size) {
    int start = graph_node(graph, from), goal = graph_node(graph, to);
    int best[MAX_NODES], previous[MAX_NODES];
    struct heap heap = {0};
    for (int node = 0; node < MAX_NODES; node++) best[node] = INT_MAX, previous[node] = -1;
    best[start] = 0;
    heap_push(&heap, (struct item){.cost = 0, .node = start, .name = graph->names[start]});
    bool found = false;
    for (struct item item; !found && heap_pop(&heap, &item);) {
        if (item.node == goal) {
            describe(graph, previous, goal, text, size);
            size_t used = strlen(text);
            snprintf(text + used, size - used, " (%d)", item.cost);
            found = true;
        }
        for (struct edge *edge = graph->first[item.node]; !found && edge != NULL; edge = edge->next) {
            int cost = item.cost + edge->cost;
            if (cost >= best[edge->to]) continue;
            best[edge->to] = cost;
            previous[edge->to] = item.node;
            heap_push(&heap, (struct item){.cost = cost, .node = edge->to, .name = graph->names[edge->to]});
        }
    }
    free(heap.items);
    return found;
}

void graph_free(struct graph *graph) {
    for (int node = 0; node < graph->count; node++)
        for (struct edge *edge = graph->first[node], *next; edge != NULL; edge = next) {
            next = edge->next;
            free(edge);
        }
}
