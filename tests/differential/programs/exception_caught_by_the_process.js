process.on("uncaughtException", (error, origin) => console.log(origin, error.stack));
setImmediate(() => console.log("goes on"));
null.x;
