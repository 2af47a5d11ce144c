let times = 0;
process.on("beforeExit", (code) => { console.log("before", code); if (times++ < 2) setTimeout(() => console.log("more"), 1); });
process.on("exit", () => console.log("exit"));
