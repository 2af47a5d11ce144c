//: repeat = 2
//: concurrent = true
//: says = ["^its own: ws://127.0.0.1:9229/", "^of this run: 2$"]
//: never = ["EADDRINUSE"]
// Two runs at once open the inspector on the same port: each must get its own, and none be found on the host's loopback.
const inspector = require("inspector");

inspector.open(9229, "127.0.0.1");
console.log(`its own: ${inspector.url()}`);
const session = new inspector.Session();
session.connect();
session.post("Runtime.evaluate", { expression: "1 + 1" }, (error, answer) => {
  console.log(`of this run: ${error ?? answer.result.value}`);
  setTimeout(() => process.exit(0), 300);
});
