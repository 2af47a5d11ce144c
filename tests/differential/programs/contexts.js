const vm = require("vm");
const context = vm.createContext({ x: 2 });
console.log(vm.runInContext("x ** 5", context), new vm.Script("this.y = x").runInContext(context), context);
vm.runInThisContext("throw new Error(\"in a script\")", { filename: "named.js" });
