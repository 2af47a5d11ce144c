//: repeat = 4
//: distinct = true
// Each is started ahead in a slot of its own; none may share what another draws.
console.log(Math.random(), require("crypto").randomBytes(16).toString("hex"), crypto.randomUUID());
