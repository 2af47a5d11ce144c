process.on("unhandledRejection", (reason) => console.log("unhandled", reason));
process.on("rejectionHandled", () => console.log("handled"));
const promise = Promise.reject(5);
setTimeout(() => promise.catch(() => {}), 5);
