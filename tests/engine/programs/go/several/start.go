package main

import (
	"fmt"
	"os"

	"main/words"
)

func main() {
	line, err := os.ReadFile("data/line.txt")
	if err != nil {
		panic(err)
	}
	fmt.Printf("%s, %s", words.Greet(), line)
}
