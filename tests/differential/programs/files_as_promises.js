const fs = require("fs/promises");
(async () => {
  await fs.writeFile("b.txt", "text");
  const file = await fs.open("b.txt");
  for await (const line of file.readLines()) console.log(line);
  await fs.rm("b.txt");
  await fs.readFile("b.txt").catch((error) => console.log(error.code, error.syscall, error.path));
})();
