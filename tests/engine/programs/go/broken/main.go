package main

func main() {
	println(missing_thing)
}
