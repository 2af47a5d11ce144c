// Stops a Node that is started ahead just before its main program, until there is a request.
//
// Every slot executes, with the whole wall up, the very command of a cold run, and Node requires this file first.  Here the
// built-in modules that programs commonly use are loaded and rehearsed, so that their code is compiled and their memory is
// touched before the clock runs.  Then this process parks (core/payload.c says how) and, with its request, takes that one's
// arguments and environment; Node itself goes on with the main program.  What is left of this file a program can find
// only if it looks for it; docs/decisions/0005 lists it.
//
// A worker thread of the program requires it again, for it inherits the options of the process.
"use strict";
const SOCKET = 63;
const HEAD_BYTES = 4 + 6 * 4 + 8 * 8; // request.c: what stands before the arguments
const fs = require("fs");
const Module = require("module");
const { isMainThread } = require("worker_threads");

function forget() {
  delete require.cache[__filename];
  for (const key of Object.keys(Module._pathCache)) if (key.startsWith(__filename)) delete Module._pathCache[key];
  process._preload_modules.length = 0;
}

function attempt(step) {
  try {
    step();
  } catch {
    // Another version of Node may lack something; the program will do without what was to be rehearsed.
  }
}

// With streams that lead nowhere: those of the process, once made, would show in its descriptors and handles.
function rehearseStreams() {
  const { Writable, PassThrough } = require("stream");
  const lines = require("readline").createInterface({ input: new PassThrough() });
  lines.on("line", () => {});
  lines.write("a line\n");
  lines.close();
  const sink = new Writable({ write: (chunk, encoding, done) => done() });
  const { Console } = require("console");
  const told = new Console({ stdout: sink, stderr: sink, colorMode: false });
  told.log("%s %d %j", "text", 1, {}, [1, "two", null], { three: 3n }, new Map([[1, new Set([2])]]));
  told.error(new Error("rehearsed"), new (class Named {})(), () => {}, Symbol("s"), new Date(0));
  told.table([{ a: 1 }]);
}

function rehearseTheRest() {
  fs.readFileSync("/dev/null", "utf8").split("\n").map(Number);
  clearTimeout(setTimeout(() => {}, 1));
  clearImmediate(setImmediate(() => {}));
  Promise.resolve().then(() => {});
  queueMicrotask(() => {});
  process.nextTick(() => {});
  new Date().toString();
  (1234.5).toLocaleString();
  JSON.parse(JSON.stringify({ list: [1, 2, 3] })).list.sort((a, b) => b - a);
  Buffer.from("text").toString("base64");
}

function takeHead() {
  const size = Buffer.alloc(4);
  if (fs.readSync(SOCKET, size, 0, 4) !== 4) process.reallyExit(0); // the slot is not wanted any more
  const head = Buffer.alloc(size.readUInt32LE());
  for (let at = 0; at < head.length; ) at += fs.readSync(SOCKET, head, at, head.length - at);
  fs.closeSync(SOCKET); // else a program could tell init that it had not been started
  return head;
}

function parseHead(head) {
  let at = HEAD_BYTES;
  const take = () => {
    const length = head.readUInt32LE(at);
    const text = head.toString("utf8", at + 4, at + 3 + length);
    at += 4 + length;
    return text;
  };
  const strings = (count) => Array.from({ length: count }, take);
  return { argv: strings(head.readUInt32LE(4)), variables: strings(head.readUInt32LE(8)) };
}

// In the order in which a cold start would find them.
function takeEnvironment(variables) {
  const wanted = variables.map((text) => [text.slice(0, text.indexOf("=")), text.slice(text.indexOf("=") + 1)]);
  const names = wanted.map(([name]) => name);
  if (Object.keys(process.env).some((name, place) => names[place] !== name))
    for (const name of Object.keys(process.env)) delete process.env[name];
  for (const [name, value] of wanted) if (process.env[name] !== value) process.env[name] = value;
}

function replace(owner, name, apply) {
  const found = Object.getOwnPropertyDescriptor(owner, name);
  if (found) Object.defineProperty(owner, name, { ...found, value: new Proxy(found.value, { apply }) });
}

// The time for which this process was parked did not pass for the program: what counts from the start goes on from there.
function skipTime(milliseconds) {
  const { performance } = require("perf_hooks");
  const methods = Object.getPrototypeOf(performance);
  replace(methods, "now", (now, self, given) => Reflect.apply(now, self, given) - milliseconds);
  replace(process, "uptime", (uptime, self, given) => Reflect.apply(uptime, self, given) - milliseconds / 1000);
  replace(methods, "mark", (mark, self, [name, options, ...rest]) =>
    Reflect.apply(mark, self, [name, { ...options, startTime: options?.startTime ?? performance.now() }, ...rest]));
  replace(methods, "measure", (measure, self, [name, from, to]) => {
    if (to === undefined && typeof from !== "object") to = performance.now();
    else if (to === undefined && from && from.end === undefined && from.duration === undefined)
      from = { ...from, end: performance.now() };
    if (typeof to === "number") return Reflect.apply(measure, self, [name, { start: from, end: to }]);
    return Reflect.apply(measure, self, [name, from, to]);
  });
  const owner = Object.hasOwn(performance, "timeOrigin") ? performance : methods;
  const value = performance.timeOrigin + milliseconds;
  const { enumerable } = Object.getOwnPropertyDescriptor(owner, "timeOrigin");
  Object.defineProperty(owner, "timeOrigin", { value, enumerable, configurable: true });
}

function park() {
  const { hrtime, env } = process;
  const commandLength = process.execArgv.length + 2;
  for (const name of env.WARM_MODULES.split(",")) attempt(() => require(name));
  for (const name of ["NODE_OPTIONS", "WARM_MODULES", "WARM_MODULES_WANTED"]) delete env[name];
  attempt(rehearseStreams);
  attempt(rehearseTheRest);
  attempt(() => parseHead(Buffer.alloc(HEAD_BYTES)));
  attempt(() => process._tickCallback());
  const parked = hrtime.bigint();
  fs.writeSync(SOCKET, "r");
  const { argv, variables } = parseHead(takeHead());
  process.argv.push(...argv.slice(commandLength));
  takeEnvironment(variables);
  skipTime(Number(hrtime.bigint() - parked) / 1e6);
}

forget();
if (isMainThread) park();
