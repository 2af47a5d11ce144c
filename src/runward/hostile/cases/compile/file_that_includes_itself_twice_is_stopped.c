//: step = "compile"
//: outcome = "cpu_time_limit|wall_time_limit|memory_limit|compile_error|output_limit"
//: compile_limits = { cpu_time = 3, wall_time = 6, memory_bytes = "256M" }
//: within = 12
#include "main.c"
#include "main.c"
