//: signal = "SIGTERM"
//: stdout = "going\n"
require("fs").writeSync(1, "going\n");
process.kill(process.pid, "SIGTERM");
setTimeout(() => console.log("ESCAPED: it goes on"), 5000);
