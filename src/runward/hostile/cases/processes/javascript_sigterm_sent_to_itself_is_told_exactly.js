//: signal = "SIGTERM"
//: stdout = "going\n"
//: limits = { memory_bytes = "512M" }
require("fs").writeSync(1, "going\n");
process.kill(process.pid, "SIGTERM");
setTimeout(() => console.log("ESCAPED: it goes on"), 5000);
