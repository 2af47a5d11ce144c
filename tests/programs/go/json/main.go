package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"

	"main/parser"
)

func main() {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	documents, failures, deepest := 0, 0, 0
	scanner := bufio.NewScanner(os.Stdin)
	for scanner.Scan() {
		value, err := parser.Parse(scanner.Text())
		var failure *parser.Error
		if errors.As(err, &failure) {
			failures++
			fmt.Fprintf(out, "error at %d: %s\n", failure.Offset, failure.Message)
			continue
		}
		documents++
		deepest = max(deepest, depth(value))
		fmt.Fprintln(out, format(value, ""))
	}
	fmt.Fprintf(out, "documents %d, errors %d, deepest %d\n", documents, failures, deepest)
}
