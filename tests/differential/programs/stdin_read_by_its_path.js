console.log(require("fs").readFileSync("/dev/stdin").length);
