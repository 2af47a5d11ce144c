//: step = "compile"
//: outcome = "compile_error|memory_limit"
//: flags = ["-wrapper", "/bin/sh,/box/wrap.sh"]
//: files."wrap.sh" = "cat /dev/zero | tail; head -c 2G /dev/zero >/tmp/full; echo ESCAPED: $(wc -c </tmp/full); exit 1\n"
//: compile_limits = { memory_bytes = "256M", cpu_time = 20, wall_time = 40 }
//: never = ["ESCAPED: (2147483648|[3-9]\\d{8}|[1-9]\\d{9})"]
//: may_refuse = true
int main(void) { return 0; }
