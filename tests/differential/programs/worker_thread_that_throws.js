// What the handler throws again, not the error itself: Node tells that one with the stack that found it, and whether
// the worker's error or its end is found first differs from run to run.
const { Worker } = require("worker_threads");
const worker = new Worker("function f() { throw new RangeError(\"in the worker\"); }\nf();", { eval: true });
worker.on("error", (error) => {
  throw error;
});
