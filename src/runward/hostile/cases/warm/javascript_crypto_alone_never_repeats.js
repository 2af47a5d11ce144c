//: repeat = 6
//: distinct = true
//: limits = { memory_bytes = "512M" }
console.log(require("crypto").randomUUID());
