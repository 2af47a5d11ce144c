const { Worker } = require("worker_threads");
const code = "console.log(process.env, process.execArgv); process.exit(4)";
const worker = new Worker(code, { eval: true, env: { A: "1" }, execArgv: ["--no-warnings"] });
worker.on("exit", (status) => console.log("exit", status));
