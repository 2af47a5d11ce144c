const fs = require("fs");
let left = 8;
for (let i = 0; i < 8; i++) fs.stat("/box", (error) => { if (--left === 0) console.log("all", error); });
