//: repeat = 6
//: distinct = true
console.log(require("crypto").randomUUID());
