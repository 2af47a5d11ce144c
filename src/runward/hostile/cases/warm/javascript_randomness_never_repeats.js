//: repeat = 6
//: distinct = true
// Each alone, and cut: what repeats must show, whatever else differs.
const crypto = require("crypto");
const kind = ["uuid", "bytes", "ints", "keys", "web", "hash"];
const draw = {
  uuid: () => crypto.randomUUID(),
  bytes: () => crypto.randomBytes(8).toString("hex"),
  ints: () => crypto.randomInt(2 ** 40),
  keys: () => crypto.generateKeyPairSync("ed25519").publicKey.export({ type: "spki", format: "der" }).toString("hex"),
  web: () => globalThis.crypto.getRandomValues(new Uint8Array(8)).join(),
  hash: () => crypto.createHash("sha256").update(String(Math.random())).digest("hex"),
};
const seen = kind.map((each) => draw[each]());
if (new Set(seen).size !== seen.length) console.log("ESCAPED: two generators agree");
console.log(seen.join(" "));
