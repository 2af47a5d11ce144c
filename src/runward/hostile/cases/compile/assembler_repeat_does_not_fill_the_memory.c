//: step = "compile"
//: outcome = "compile_error|cpu_time_limit|wall_time_limit|memory_limit"
//: compile_limits = { cpu_time = 3, wall_time = 6, memory_bytes = "256M" }
//: within = 12
__asm__(".data\n.rept 2000000000\n.quad 1\n.endr\n.text");
int main(void) { return 0; }
