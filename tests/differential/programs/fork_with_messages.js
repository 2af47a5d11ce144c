const { fork } = require("child_process");
if (process.argv[2] === "child") {
  process.on("message", (message) => { process.send({ back: message, execArgv: process.execArgv }); process.disconnect(); });
} else {
  const child = fork(__filename, ["child"]);
  child.on("message", (message) => console.log(message));
  child.on("exit", (code) => console.log("exit", code));
  child.send("hello");
}
