//: outcome = "cpu_time_limit"
//: limits = { cpu_time = 1, wall_time = 20, processes = 64 }
const { Worker } = require("worker_threads");

for (let i = 0; i < 4; i++) new Worker("for (;;);", { eval: true });
