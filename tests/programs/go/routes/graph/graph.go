// Package graph finds shortest routes.
package graph

import (
	"container/heap"
	"errors"
	"slices"
)

// ErrNoRoute says that two nodes are not connected.
var ErrNoRoute = errors.New("no route")

// Route is a way through the graph.
type Route struct {
	Nodes []string
	Cost  int
}

// Graph is undirected, with a cost on every edge.
type Graph struct {
	edges map[string][]step
}

// New returns an empty graph.
func New() *Graph { return &Graph{edges: map[string][]step{}} }

// Connect adds an edge.
func (g *Graph) Connect(one, other string, cost int) {
	g.edges[one] = append(g.edges[one], step{other, cost})
	g.edges[other] = append(g.edges[other], step{one, cost})
}

// Shortest returns the cheapest route, or ErrNoRoute.
func (g *Graph) Shortest(from, to string) (Route, error) {
	best := map[string]int{from: 0}
	previous := map[string]string{}
	waiting := &queue{{from, 0}}
	for waiting.Len() > 0 {
		at := heap.Pop(waiting).(step)
		if at.node == to {
			return Route{trace(previous, to), at.cost}, nil
		}
		for _, edge := range g.edges[at.node] {
			cost := at.cost + edge.cost
			if known, ok := best[edge.node]; ok && known <= cost {
				continue
			}
			best[edge.node] = cost
			previous[edge.node] = at.node
			heap.Push(waiting, step{edge.node, cost})
		}
	}
	return Route{}, ErrNoRoute
}

func trace(previous map[string]string, to string) []string {
	nodes := []string{to}
	for node, ok := previous[to]; ok; node, ok = previous[node] {
		nodes = append(nodes, node)
	}
	slices.Reverse(nodes)
	return nodes
}
