//: outcome = "memory_limit"
//: limits = { cpu_time = 20, wall_time = 40 }
// Whatever heap the interpreter was started with, the limit is that of the request.
const kept = [];
for (;;) kept.push(Array.from({ length: 1000 }, (_, i) => ({ i, text: `${i}` })));
