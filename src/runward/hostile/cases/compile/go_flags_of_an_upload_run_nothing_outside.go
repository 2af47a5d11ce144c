//: outcome = "exited|compile_error"
//: step = "last"
//: flags = ["-toolexec", "/box/evil.sh", "-o", "@OPEN_DIR@/planted"]
//: files."evil.sh" = "#!/bin/sh\necho x >@OPEN_DIR@/planted\nexec \"$@\"\n"
//: files."go.work" = "go 1.19\nuse /etc\n"
//: may_refuse = true
package main

func main() {}
