const { Worker } = require("worker_threads");
new Worker("function f() { throw new RangeError(\"in the worker\"); }\nf();", { eval: true });
