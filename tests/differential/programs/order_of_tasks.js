setTimeout(() => console.log("timeout"), 0);
process.nextTick(() => console.log("tick"));
Promise.resolve().then(() => console.log("promise"));
queueMicrotask(() => console.log("microtask"));
(async () => { await null; console.log("async"); })();
console.log("main");
setTimeout(() => console.log("later"), 30);
