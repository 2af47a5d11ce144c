const readline = require("readline/promises").createInterface({ input: process.stdin, output: process.stdout });
readline.question("first? ").then((answer) => { console.log([answer]); readline.close(); });
