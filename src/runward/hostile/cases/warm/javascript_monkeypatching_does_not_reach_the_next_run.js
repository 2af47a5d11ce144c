//: repeat = 3
//: stdout = "clean\n"
const fs = require("fs");

const marked = [
  "leftBehind" in globalThis,
  "leftBehind" in Object.prototype,
  "leftBehind" in process.env,
  JSON.stringify({}) !== "{}",
  require("path").join("a", "b") !== "a/b",
  process.listenerCount("exit") > 0,
  Object.keys(require.cache).some((path) => path.includes("left")),
];
fs.writeSync(1, marked.some(Boolean) ? `ESCAPED: ${marked}\n` : "clean\n");

globalThis.leftBehind = true;
process.env.leftBehind = "1";
require.cache["/box/left.js"] = require.cache[__filename];
require("path").join = () => "poisoned";
process.on("exit", () => {});
JSON.stringify = () => "poisoned";
Object.prototype.leftBehind = true;
