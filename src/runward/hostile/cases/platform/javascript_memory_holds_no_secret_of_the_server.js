//: stdout = "found 0\n"
//: limits = { cpu_time = 20, wall_time = 40 }
// The server's environment holds a token; it is given here backwards, so that the program does not hold it itself.
const fs = require("fs");

const backwards = Buffer.from("@TOKEN_REVERSED@").reverse();
const mask = 0x5a; // the token as this program makes it must not be what it finds
const masked = backwards.map((byte) => byte ^ mask);
backwards.fill(0);
const memory = fs.openSync("/proc/self/mem", "r");
const block = Buffer.alloc(1 << 20);
let found = 0;
for (const line of fs.readFileSync("/proc/self/maps", "latin1").split("\n")) {
  const parts = line.match(/^(\w+)-(\w+) r(\S+) \S+ \S+ \S+\s*(\S*)/);
  if (!parts || parts[4].startsWith("/usr") || parts[4].startsWith("[v")) continue;
  const end = BigInt(`0x${parts[2]}`);
  for (let at = BigInt(`0x${parts[1]}`); at < end; at += BigInt(block.length)) {
    let size = 0;
    try {
      size = fs.readSync(memory, block, 0, Number(end - at < block.length ? end - at : block.length), at);
    } catch {
      break;
    }
    // First the rare letter, then the rest: the whole would have to stand in memory to be searched for.
    for (let i = block.indexOf(masked[0] ^ mask); i >= 0 && i < size; i = block.indexOf(masked[0] ^ mask, i + 1)) {
      let same = 1;
      while (same < masked.length && block[i + same] === (masked[same] ^ mask)) same++;
      if (same === masked.length) found++;
    }
    block.fill(0);
  }
}
console.log("found", found);
