//: step = "compile"
//: outcome = "wall_time_limit"
//: flags = ["-wrapper", "/bin/sh,/box/wrap.sh"]
//: files."wrap.sh" = "(setsid sleep 600 &); sleep 600\n"
//: compile_limits = { wall_time = 2 }
//: may_refuse = true
int main(void) { return 0; }
