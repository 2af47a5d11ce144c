//: limits = { wall_time = 20 }
//: stdout = "requests: 0\nhandles: 0\nlast\n"
//: within = 15
// Nothing of what waited may keep the event loop alive, or the run would last until its wall limit.
console.log(`requests: ${process._getActiveRequests().length}`);
console.log(`handles: ${process._getActiveHandles().filter((handle) => ![0, 1, 2].includes(handle.fd)).length}`);
process.on("beforeExit", () => {
  process.removeAllListeners("beforeExit");
  console.log("last");
});
