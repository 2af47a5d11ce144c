//: stdout_hex = "61ff62c328eda080f4908080630a"
require("fs").writeSync(1, Buffer.from("61ff62c328eda080f4908080630a", "hex"));
