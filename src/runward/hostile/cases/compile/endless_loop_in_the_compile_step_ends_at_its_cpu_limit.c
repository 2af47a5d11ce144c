//: step = "compile"
//: outcome = "cpu_time_limit"
//: flags = ["-wrapper", "/bin/sh,/box/wrap.sh"]
//: files."wrap.sh" = "while :; do :; done\n"
//: compile_limits = { cpu_time = 1, wall_time = 20 }
//: may_refuse = true
int main(void) { return 0; }
