const shared = new Int32Array(new SharedArrayBuffer(4));
console.log(Atomics.wait(shared, 0, 0, 5), Atomics.add(shared, 0, 3), shared);
