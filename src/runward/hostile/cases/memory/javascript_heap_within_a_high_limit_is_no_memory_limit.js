//: fresh = true
//: limits = { memory_bytes = "900M", cpu_time = 20, wall_time = 40 }
//: stdout = "kept 3000000\n"
// About 300 MB: more than the usual limit lets an interpreter have that was started for it.
const kept = [];
for (let i = 0; i < 3_000_000; i++) kept.push({ i, a: [i, i + 1] });
console.log("kept", kept.length);
