//: step = "compile"
//: outcome = "compile_error"
//: flags = ["-wrapper", "/bin/sh,/box/wrap.sh"]
//: files."wrap.sh" = """
//: echo uid: $(id -u)
//: echo capabilities: $(grep CapEff /proc/self/status | tr -d 'CapEff:\\t 0')
//: echo filter: $(grep -w Seccomp: /proc/self/status | tr -dc 0-9)
//: (echo x >@OPEN_DIR@/planted) 2>/dev/null && echo ESCAPED: the open folder
//: (cat /etc/shadow @SECRET@ @PUBLIC@) 2>/dev/null && echo ESCAPED: a file of the host
//: mkdir /usr/planted 2>/dev/null && echo ESCAPED: the toolchain
//: kill -9 1 2>/dev/null
//: echo processes: $(ls -d /proc/[0-9]* | wc -l | tr -d 0-9)few
//: exit 1
//: """
//: says = ["^uid: 1000$", "^capabilities:$", "^filter: 2$", "^processes: few$"]
//: never = ["ESCAPED"]
//: may_refuse = true
int main(void) { return 0; }
