//: says = ["^shadow: (ENOENT|EACCES)$", "^setuid: (EPERM|EINVAL)$", "^kill init: \\w+$", "^handles: 0$"]
const fs = require("fs");
const attempt = (name, action) => {
  try {
    action();
    console.log(`ESCAPED: ${name}`);
  } catch (error) {
    console.log(`${name}: ${error.code}`);
  }
};
attempt("shadow", () => fs.readFileSync("/etc/shadow"));
attempt("setuid", () => process.setuid(0));
try {
  process.kill(1, "SIGKILL");
  console.log("kill init: ignored");
} catch (error) {
  console.log(`kill init: ${error.code}`);
}
const inherited = process._getActiveHandles().filter((handle) => handle.fd > 2);
console.log(`handles: ${inherited.length}`);
