const zlib = require("zlib");
const packed = zlib.gzipSync("text".repeat(100));
console.log(zlib.gunzipSync(packed).length);
zlib.brotliCompress("more", (error, data) => console.log(error, data.length));
