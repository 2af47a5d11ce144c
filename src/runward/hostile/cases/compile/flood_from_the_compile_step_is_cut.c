//: step = "compile"
//: outcome = "output_limit|compile_error"
//: truncated = "stdout"
//: flags = ["-wrapper", "/bin/sh,/box/wrap.sh"]
//: files."wrap.sh" = "while :; do echo 0123456789abcdef0123456789abcdef; done\n"
//: compile_limits = { output_bytes = "64K", cpu_time = 10, wall_time = 30 }
//: may_refuse = true
int main(void) { return 0; }
