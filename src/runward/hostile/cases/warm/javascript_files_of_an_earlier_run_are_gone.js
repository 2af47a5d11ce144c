//: repeat = 3
//: stdout = "clean\n"
const fs = require("fs");

const folders = ["/box", "/tmp", "/dev/shm", "/var/tmp"];
const seen = folders.flatMap((folder) => (fs.existsSync(folder) ? fs.readdirSync(folder).map((name) => `${folder}/${name}`) : []));
const left = seen.filter((path) => path !== "/box/main.js");
console.log(left.length ? `ESCAPED: ${left}` : "clean");
for (const folder of folders.slice(0, 3)) fs.writeFileSync(`${folder}/left`, "behind");
