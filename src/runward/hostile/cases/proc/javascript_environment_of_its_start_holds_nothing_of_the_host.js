//: stdout = "names: known\npaths: known\ncommand: known\n"
// The kernel shows what a process was started with, though its request may have come later.
const fs = require("fs");

const known = /^(CASE_MARK|HOME|LANG|PATH|TZ|NODE_[A-Z_]+|WARM_[A-Z_]+|[A-Z]+_COMPILE_CACHE)$/;
const started = fs.readFileSync("/proc/self/environ", "latin1").split("\0").filter(Boolean);
const say = (what, odd) => console.log(`${what}: ${odd.length ? `ESCAPED ${odd}` : "known"}`);
say("names", started.map((entry) => entry.split("=")[0]).filter((name) => !known.test(name)));
say("paths", started.filter((entry) => /=.*(\/home|\/root|\/work|\/srv|site-packages)/.test(entry)));
const command = fs.readFileSync("/proc/self/cmdline", "latin1").split("\0").filter(Boolean);
const telling = command.filter((word) => /runward|token|^\/(home|root|work|srv)/.test(word));
say("command", telling.filter((word) => word !== process.execPath)); // `languages install` may have made it
