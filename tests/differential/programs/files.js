const fs = require("fs");
fs.mkdirSync("out/deep", { recursive: true });
fs.writeFileSync("out/deep/a.txt", "written");
fs.appendFileSync("out/deep/a.txt", " more");
console.log(fs.readdirSync(".").sort(), fs.statSync("out/deep/a.txt").size);
try { fs.writeFileSync("/etc/x", ""); } catch (error) { console.log(error.message); }
