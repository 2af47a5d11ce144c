const crypto = require("crypto");
console.log(crypto.createHash("sha256").update("x").digest("hex"), crypto.randomBytes(8).length, crypto.createHmac("md5", "k").update("y").digest("base64"));
crypto.pbkdf2("a", "b", 10, 8, "sha1", (error, key) => console.log(error, key));
