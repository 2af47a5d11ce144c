console.log("alive");
process.kill(process.pid, "SIGTERM");
setTimeout(() => {}, 5000);
