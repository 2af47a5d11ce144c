//: outcome = "exited|compile_error"
//: step = "last"
//: never = ["root:"]
package main

//go:generate sh -c "echo planted > @OPEN_DIR@/planted"

/*
#cgo CFLAGS: -fplugin=/box/evil.so
#cgo LDFLAGS: -Wl,-rpath,/box -o @OPEN_DIR@/planted
*/
import "C"
import "fmt"

func main() {
	fmt.Println("ran")
}
