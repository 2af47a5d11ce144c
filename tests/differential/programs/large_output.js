const line = "x".repeat(1000) + "\n";
for (let i = 0; i < 600; i++) process.stdout.write(line);
process.exitCode = 2;
