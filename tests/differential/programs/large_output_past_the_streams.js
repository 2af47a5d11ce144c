const fs = require("fs");
const data = Buffer.alloc(500000, "z");
let at = 0;
while (at < data.length) at += fs.writeSync(1, data, at);
fs.writeSync(2, "done\n");
