process.on("exit", (code) => console.log("exit", code));
console.log("now");
process.exit(3);
