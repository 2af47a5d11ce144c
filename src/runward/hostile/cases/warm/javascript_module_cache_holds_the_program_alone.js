//: stdout = "cache: /box/main.js\nmain: /box/main.js\nparent: undefined\nrequired before: none\nlisteners: none\n"
// What waited for the program must not lie about in it: a module, a handler, a flag that loads one.
console.log(`cache: ${Object.keys(require.cache)}`);
console.log(`main: ${require.main.filename}`);
console.log(`parent: ${module.parent ?? undefined}`);
const loads = /^(-r|--require|--import|--loader|--experimental-loader)/;
const required = [...process.execArgv.filter((flag) => loads.test(flag)), ...(process._preload_modules ?? [])];
console.log(`required before: ${required.join() || "none"}`);
const events = ["exit", "beforeExit", "uncaughtException", "unhandledRejection", "message", "disconnect", "SIGTERM", "SIGUSR2"];
console.log(`listeners: ${events.filter((event) => process.listenerCount(event)).join() || "none"}`);
