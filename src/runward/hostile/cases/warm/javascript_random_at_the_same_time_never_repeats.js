//: repeat = 6
//: concurrent = true
//: distinct = true
//: limits = { memory_bytes = "512M" }
console.log(Math.random());
