//: repeat = 6
//: distinct = true
console.log(Math.random());
