//: stdout_hex = "61ff62c328eda080f4908080630a"
//: limits = { memory_bytes = "512M" }
require("fs").writeSync(1, Buffer.from("61ff62c328eda080f4908080630a", "hex"));
