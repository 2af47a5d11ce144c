const { port1, port2 } = new MessageChannel();
port1.on("message", (message) => { console.log(message); port1.close(); });
port2.postMessage({ a: new Map([[1, 2n]]) });
console.log(structuredClone({ d: new Date(5), s: new Set([1]) }));
