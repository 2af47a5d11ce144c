//: step = "compile"
//: outcome = "cpu_time_limit|wall_time_limit|memory_limit|compile_error"
//: compile_limits = { cpu_time = 3, wall_time = 6, memory_bytes = "256M" }
//: within = 12
#include "/dev/zero"
#include "/dev/urandom"
int main(void) { return 0; }
