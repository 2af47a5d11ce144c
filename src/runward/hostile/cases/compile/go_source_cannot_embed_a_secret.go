//: step = "compile"
//: outcome = "compile_error"
//: says = ["pattern"]
package main

import (
	_ "embed"
	"fmt"
)

//go:embed ../../../../../@SECRET@
var stolen string

func main() {
	fmt.Println(stolen)
}
