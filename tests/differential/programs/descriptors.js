const fs = require("fs");
const first = fs.openSync("/dev/null");
console.log(first, fs.openSync("/dev/null"));
console.log(fs.readdirSync("/proc/self/fd").map((fd) => { try { return [fd, fs.readlinkSync(`/proc/self/fd/${fd}`).replace(/\d+/g, "N")]; } catch { return [fd]; } }));
