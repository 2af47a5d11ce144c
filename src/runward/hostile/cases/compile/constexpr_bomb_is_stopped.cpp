//: step = "compile"
//: outcome = "cpu_time_limit|wall_time_limit|memory_limit|compile_error"
//: compile_limits = { cpu_time = 3, wall_time = 6, memory_bytes = "256M" }
//: within = 12
constexpr unsigned long work(unsigned long depth, unsigned long path) {
    return depth == 0 ? path : work(depth - 1, path * 2) ^ work(depth - 1, path * 2 + 1);
}
constexpr unsigned long bomb = work(60, 1);
int main() { return bomb & 1; }
