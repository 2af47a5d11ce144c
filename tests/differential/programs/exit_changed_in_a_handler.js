process.on("exit", () => { process.exitCode = 12; });
