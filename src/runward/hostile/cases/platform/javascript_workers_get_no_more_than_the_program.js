//: limits = { processes = 64 }
//: stdout = "shadow: ENOENT\nenvironment of init: EACCES\nsetuid: refused\nsockets: 0\n"
const { Worker } = require("worker_threads");

const source = `
const fs = require("fs");
const { parentPort } = require("worker_threads");
const attempt = (name, action) => {
  try {
    action();
    parentPort.postMessage("ESCAPED: " + name);
  } catch (error) {
    const code = error.code === "EPERM" || error.code === "ENOENT" ? error.code : error.code ?? "refused";
    parentPort.postMessage(name + ": " + code);
  }
};
attempt("shadow", () => fs.readFileSync("/etc/shadow"));
try {
  fs.readFileSync("/proc/1/environ");
  parentPort.postMessage("ESCAPED: environment of init");
} catch (error) {
  parentPort.postMessage("environment of init: " + error.code.replace(/EPERM|ENOENT/, "EACCES"));
}
try {
  process.setuid(0);
  parentPort.postMessage("ESCAPED: setuid");
} catch {
  parentPort.postMessage("setuid: refused");
}
let sockets = 0;
for (let fd = 3; fd < 256; fd++) try { sockets += fs.fstatSync(fd).isSocket(); } catch {}
parentPort.postMessage("sockets: " + sockets);
`;
new Worker(source, { eval: true, env: {} }).on("message", (line) => console.log(line));
