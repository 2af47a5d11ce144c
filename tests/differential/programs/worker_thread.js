const { Worker, isMainThread, parentPort, workerData, threadId } = require("worker_threads");
if (isMainThread) {
  const worker = new Worker(__filename, { workerData: [1, 2], argv: ["one"] });
  worker.on("message", (message) => console.log(message));
  worker.on("error", (error) => console.log("error", error.message));
  worker.on("exit", (code) => console.log("exit", code));
} else {
  parentPort.postMessage([threadId, workerData, process.argv, process.execArgv, process.env, Object.keys(require.cache), process._preload_modules, Object.keys(require("module")._pathCache), require.main === module]);
}
