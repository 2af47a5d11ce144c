const { pipeline } = require("stream/promises");
const { Readable, Transform } = require("stream");
const upper = new Transform({ transform(chunk, encoding, done) { done(null, chunk.toString().toUpperCase()); } });
pipeline(Readable.from(["a", "b", "c"]), upper, process.stdout).then(() => console.error("piped"));
