//: stdout_bytes = 600000
//: limits = { output_bytes = "1M" }
//: within = 20
process.stdout.write("x".repeat(599_999) + "\n");
