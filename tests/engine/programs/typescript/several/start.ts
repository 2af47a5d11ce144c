import * as fs from "node:fs";
import { greet } from "./lib/words.js";

process.stdout.write(`${greet()}, ${fs.readFileSync("data/line.txt", "utf8")}`);
