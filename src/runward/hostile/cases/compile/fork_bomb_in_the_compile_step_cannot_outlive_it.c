//: outcome = "exited|compile_error|cpu_time_limit|wall_time_limit|process_limit"
//: step = "last"
//: files = { "bomb.sh" = "#!/bin/sh\nwhile :; do /bin/sh /box/bomb.sh & done\n" }
//: flags = ["-wrapper", "/bin/sh,/box/bomb.sh"]
//: compile_limits = { cpu_time = 2, wall_time = 4, processes = 24 }
//: may_refuse = true
//: within = 12
int main(void) { return 0; }
