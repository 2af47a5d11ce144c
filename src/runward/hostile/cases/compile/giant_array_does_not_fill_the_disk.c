//: step = "compile"
//: outcome = "compile_error|cpu_time_limit|wall_time_limit|memory_limit|output_limit"
//: compile_limits = { cpu_time = 10, wall_time = 15, memory_bytes = "256M", disk_bytes = "64M", file_bytes = "64M" }
//: within = 20
char giant[1L << 31] = {1};
int main(void) { return giant[5]; }
