const cluster = require("cluster");
if (cluster.isPrimary) {
  const worker = cluster.fork();
  worker.on("message", (message) => console.log("from the worker:", message));
  worker.on("exit", (code) => console.log("worker ended with", code));
} else {
  process.send(cluster.worker.id, () => process.exit(3));
}
