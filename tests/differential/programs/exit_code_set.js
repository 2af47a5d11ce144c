process.exitCode = 9;
setTimeout(() => console.log("end"), 2);
