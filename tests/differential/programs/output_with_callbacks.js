process.stdout.write("a\n", () => console.log("written"));
process.stdout.on("finish", () => console.error("finish"));
console.log(process.stdout.write("b\n"));
