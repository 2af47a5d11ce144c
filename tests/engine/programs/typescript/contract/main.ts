import * as fs from "node:fs";

function tour(parts: string[]): never {
  let text = parts.map((part) => `argument:${part}\n`).join("");
  for (const name of ["COLOUR", "HOME", "TZ", "LANG", "PATH"]) text += `${name}=${process.env[name] ?? ""}\n`;
  fs.writeSync(1, `${text}folder=${process.cwd()}\nstdin:`);
  fs.writeSync(1, fs.readFileSync(0));
  fs.writeSync(2, Buffer.from([0xff, 0xfe, 0, 0x78, 0xc3]));
  fs.writeFileSync("note.txt", "written\n");
  fs.mkdirSync("pictures");
  const pixels = [0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, ...Array(256).keys()];
  fs.writeFileSync("pictures/pixel.png", Buffer.from(pixels));
  for (let i = 0; i < 17; i++) fs.appendFileSync("big.bin", Buffer.alloc(1 << 20));
  fs.writeFileSync("unasked.txt", "no");
  process.exit(7);
}

function write(size: number): void {
  const block = Buffer.from(Array.from({ length: 251 * 64 }, (_, i) => i % 251));
  for (let left = size; left > 0; left -= block.length) {
    const part = block.subarray(0, Math.min(left, block.length));
    for (let done = 0; done < part.length; ) done += fs.writeSync(1, part, done);
  }
}

const [mode, ...parts] = process.argv.slice(2);
switch (mode) {
  case "tour":
    tour(parts);
    break;
  case "killed":
    process.kill(process.pid, "SIGKILL");
    break;
  case "wait":
    process.stdin.resume();
    break;
  case "flood":
    write(Infinity);
    break;
  case "mebibytes":
    write(10 << 20);
    break;
}
