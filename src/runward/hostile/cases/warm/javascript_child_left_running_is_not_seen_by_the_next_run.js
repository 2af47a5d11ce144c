//: repeat = 3
//: stdout = "alone\n"
const { readdirSync } = require("fs");
const { spawn } = require("child_process");

const others = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && ![1, process.pid].includes(Number(name)));
console.log(others.length ? `ESCAPED: ${others}` : "alone");
spawn("/bin/sh", ["-c", "while :; do :; done"], { detached: true, stdio: "ignore" }).unref();
