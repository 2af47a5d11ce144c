//: exit_code = 9
//: says = ["^pipes that speak: 0$", "^spawned as root: (EPERM|EINVAL)$", "^in the group of root: (EPERM|EINVAL)$"]
// The bindings below the public modules take any number for a descriptor.
process.noDeprecation = true;
const { spawnSync } = require("child_process");
const { Pipe, constants } = process.binding("pipe_wrap");

let speaking = 0;
for (let fd = 3; fd < 256; fd++) {
  try {
    const socket = require("fs").fstatSync(fd).isSocket();
    const pipe = new Pipe(constants.IPC);
    if (socket && !pipe.open(fd)) speaking++;
  } catch {}
}
console.log(`pipes that speak: ${speaking}`);
console.log(`spawned as root: ${spawnSync("/bin/sh", ["-c", "id"], { uid: 0 }).error?.code ?? "ESCAPED"}`);
console.log(`in the group of root: ${spawnSync("/bin/sh", ["-c", "id"], { gid: 0 }).error?.code ?? "ESCAPED"}`);
process.reallyExit(9);
