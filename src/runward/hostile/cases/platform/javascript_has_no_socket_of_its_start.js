//: stdout = "sockets: none\nmemory files: none\nfolders: none\ntook a forged message: none\n"
// An interpreter that waits gets its request over some descriptor; nothing of it may be left for the program.
const fs = require("fs");

const open = fs.readdirSync("/proc/self/fd").map(Number).filter((fd) => fd > 2);
for (let fd = 3; fd < 1024; fd++) if (!open.includes(fd)) open.push(fd);
const found = { sockets: [], "memory files": [], folders: [], "took a forged message": [] };
for (const fd of open) {
  let kind;
  try {
    kind = fs.fstatSync(fd);
  } catch {
    continue;
  }
  const name = `${fd} ${fs.readlinkSync(`/proc/self/fd/${fd}`)}`;
  if (kind.isSocket()) found.sockets.push(name);
  if (/memfd|deleted/.test(name)) found["memory files"].push(name);
  if (kind.isDirectory()) found.folders.push(name);
  if (!kind.isSocket()) continue;
  for (const forged of ["r", "f\0\0\0\0", "\x7f\0\0\0", '{"outcome":"exited","exit_code":0}\n']) {
    try {
      fs.writeSync(fd, forged);
      found["took a forged message"].push(name);
    } catch {}
  }
}
for (const [what, which] of Object.entries(found)) console.log(`${what}: ${which.join(", ") || "none"}`);
