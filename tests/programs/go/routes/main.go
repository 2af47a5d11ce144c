package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"

	"example.test/routes/cache"
	"example.test/routes/graph"
)

func main() {
	known := cache.New[string, string](1)
	network := graph.New()
	scanner := bufio.NewScanner(os.Stdin)
	for scanner.Scan() {
		words := strings.Fields(scanner.Text())
		switch words[0] {
		case "cache":
			known = cache.New[string, string](number(words[1]))
		case "edge":
			network.Connect(words[1], words[2], number(words[3]))
			known.Clear()
		case "path":
			fmt.Println(answer(network, known, words[1], words[2]))
		case "stats":
			fmt.Printf("hits %d misses %d size %d\n", known.Hits, known.Misses, known.Len())
		default:
			fmt.Fprintln(os.Stderr, "unknown command", words[0])
			os.Exit(2)
		}
	}
}

func answer(network *graph.Graph, known *cache.LRU[string, string], from, to string) string {
	key := from + " " + to
	if text, ok := known.Get(key); ok {
		return text + " [cached]"
	}
	text := fmt.Sprintf("no path from %s to %s", from, to)
	if route, err := network.Shortest(from, to); err == nil {
		text = fmt.Sprintf("%s (%d)", strings.Join(route.Nodes, " -> "), route.Cost)
	}
	known.Set(key, text)
	return text
}

func number(text string) int {
	value, err := strconv.Atoi(text)
	if err != nil {
		panic(err)
	}
	return value
}
