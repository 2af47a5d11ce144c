package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"syscall"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func tour(arguments []string) {
	for _, argument := range arguments {
		fmt.Printf("argument:%s\n", argument)
	}
	for _, name := range []string{"COLOUR", "HOME", "TZ", "LANG", "PATH"} {
		fmt.Printf("%s=%s\n", name, os.Getenv(name))
	}
	folder, err := os.Getwd()
	must(err)
	fmt.Printf("folder=%s\nstdin:", folder)
	_, err = io.Copy(os.Stdout, os.Stdin)
	must(err)
	os.Stderr.Write([]byte("\xff\xfe\x00x\xc3"))
	must(os.WriteFile("note.txt", []byte("written\n"), 0o644))
	must(os.Mkdir("pictures", 0o755))
	pixels := []byte("\x89PNG\r\n\x1a\n")
	for i := 0; i < 256; i++ {
		pixels = append(pixels, byte(i))
	}
	must(os.WriteFile("pictures/pixel.png", pixels, 0o644))
	must(os.WriteFile("big.bin", make([]byte, 17<<20), 0o644))
	must(os.WriteFile("unasked.txt", []byte("no"), 0o644))
	os.Exit(7)
}

func main() {
	output := bufio.NewWriter(os.Stdout)
	defer output.Flush()
	switch os.Args[1] {
	case "tour":
		tour(os.Args[2:])
	case "killed":
		must(syscall.Kill(syscall.Getpid(), syscall.SIGKILL))
	case "wait":
		io.Copy(io.Discard, os.Stdin)
	case "flood":
		for {
			output.WriteString("xxxxxxxxxxxxxxxx")
		}
	case "mebibytes":
		for i := 0; i < 10<<20; i++ {
			output.WriteByte(byte(i % 251))
		}
	}
}
