//: outcome = "memory_limit"
//: limits = { cpu_time = 10, wall_time = 40 }
//: says = ["^32 MiB$"]
//: never = ["^320 MiB$"]
const fs = require("fs");
const held = [];
for (let mib = 32; mib <= 1024; mib += 32) {
  held.push(Buffer.alloc(32 << 20, 1));
  fs.writeSync(1, `${mib} MiB\n`);
}
