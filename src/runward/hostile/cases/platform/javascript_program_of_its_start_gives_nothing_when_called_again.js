//: exit_code = 6
//: stdout = "called again: refused\nin a worker: nothing\n"
// What stops an interpreter before the main program can be read by it, and so be called: with what, by then?
const { Worker } = require("worker_threads");

process.env.WARM_MODULES = process.env.WARM_MODULES_WANTED = "fs";
let answer;
try {
  require("/opt/runward/node_warm.cjs");
  answer = "ESCAPED: it waits for another request";
} catch {
  answer = "refused";
}
console.log(`called again: ${answer}`);
const inWorker = 'try { require("/opt/runward/node_warm.cjs"); } catch {} require("worker_threads").parentPort.postMessage(process.argv.length)';
new Worker(inWorker, { eval: true, argv: [] }).on("message", (length) => {
  console.log(`in a worker: ${length <= 2 ? "nothing" : "ESCAPED"}`);
  process.exit(6);
});
