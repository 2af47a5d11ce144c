//: step = "compile"
//: outcome = "cpu_time_limit|wall_time_limit|memory_limit|compile_error"
//: compile_limits = { cpu_time = 3, wall_time = 6, memory_bytes = "256M" }
//: within = 12
template <int depth, long path> struct Bomb : Bomb<depth - 1, path * 2>, Bomb<depth - 1, path * 2 + 1> {};
template <long path> struct Bomb<0, path> {};
int main() { return sizeof(Bomb<40, 1>); }
