process.stdout.write(Buffer.from([0, 255, 128, 10]));
process.stdout.write("\ud800 é ✓\n");
