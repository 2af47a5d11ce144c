//: step = "compile"
//: outcome = "output_limit|compile_error"
//: compile_limits = { output_bytes = "64K" }
//: within = 12
#define TEN(x) x x x x x x x x x x
#define MANY TEN(TEN(TEN(TEN(undeclared_and_long_enough_to_fill_a_line_by_itself(1, 2, 3) + ;))))
int main(void) { MANY }
