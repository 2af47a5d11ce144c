process.stdout.on("error", (error) => console.error(error.code));
process.stdout.end("last\n");
process.stdout.write("more\n");
