const { Worker } = require("worker_threads");
let left = 4;
let sum = 0;
for (let i = 0; i < 4; i++) {
  const worker = new Worker("const { parentPort, workerData } = require(\"worker_threads\"); parentPort.postMessage(workerData * 2);", { eval: true, workerData: i });
  worker.on("message", (n) => { sum += n; });
  worker.on("exit", () => { if (--left === 0) console.log(sum); });
}
