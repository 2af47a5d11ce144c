const fs = require("node:fs");
const { greet } = require("./lib/words");

process.stdout.write(`${greet()}, ${fs.readFileSync("data/line.txt", "utf8")}`);
