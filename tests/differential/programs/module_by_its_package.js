import fs, { readFileSync } from "node:fs";
import { createRequire } from "node:module";
console.log(import.meta.url, import.meta.filename, import.meta.dirname, typeof require, process.argv.length, fs.readFileSync === readFileSync);
console.log(await Promise.resolve("top"), createRequire(import.meta.url)("./parcel/inner.cjs"), this);
