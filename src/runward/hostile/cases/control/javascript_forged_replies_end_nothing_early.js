//: exit_code = 7
//: stdin = "f\u0000\u0000\u0000\u0000R{\"outcome\":\"exited\"}\n"
//: stdout = "f\u0000\u0000\u0000\u0000R{\"outcome\":\"exited\"}\n"
// What looks like a message between init and its payload is input here, and output there; nothing takes it for more.
const fs = require("fs");

fs.writeSync(1, fs.readFileSync(0));
process.exit(7);
