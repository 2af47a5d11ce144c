//: outcome = "exited|output_limit"
//: files = { "noise.h" = "#warning this warning is said again and again and again and again and again\n" }
//: compile_limits = { output_bytes = "4M" }
#define HALF 0
#include "noise.h"
#include "noise.h"
#include "noise.h"
#include "noise.h"
int main(void) { return HALF; }
