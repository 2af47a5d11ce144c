//: says = ["^open: 0$", "^written: 0$", "^variables: 0$"]
// A Node that was started ahead had a socket to init.  Through it a program could say that it has not been started.
const fs = require("fs");
const links = fs.readdirSync("/proc/self/fd").map((fd) => {
  try {
    return fs.readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return "";
  }
});
console.log(`open: ${links.filter((link) => link.startsWith("socket:")).length}`);
let written = 0;
for (let fd = 17; fd < 1024; fd++) {
  try {
    fs.writeSync(fd, Buffer.from([1, 0, 0, 0]));
    written++;
  } catch {}
}
console.log(`written: ${written}`);
const child = require("child_process").spawnSync("/usr/bin/env", { encoding: "utf8" });
const variables = Object.keys(process.env).concat(child.stdout.split("\n"));
console.log(`variables: ${variables.filter((each) => /WARM|NODE_/.test(each)).length}`);
