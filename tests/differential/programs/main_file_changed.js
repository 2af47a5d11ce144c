const fs = require("fs");
fs.writeFileSync("main.js", "console.log(\"changed\")");
console.log(delete require.cache[__filename]);
require("./main.js");
