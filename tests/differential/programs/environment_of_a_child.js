const { spawnSync } = require("child_process");
console.log(spawnSync("/usr/bin/env", { encoding: "utf8" }).stdout);
console.log(spawnSync("/usr/bin/env", { encoding: "utf8", env: { ONLY: "1" } }).stdout);
