const { spawnSync } = require("child_process");
const code = "console.log(process.env, process.execArgv, process.argv, Object.keys(require.cache)); process.exit(7)";
const child = spawnSync(process.execPath, ["-e", code, "x"], { encoding: "utf8" });
console.log(child.status, child.stdout, child.stderr);
