//: repeat = 6
//: concurrent = true
//: distinct = true
console.log(Math.random());
