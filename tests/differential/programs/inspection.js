class Point { #x = 1; get y() { return 2; } static z = 3; }
console.log([1, , 3], new Point(), Point, new Map([["a", { b: new Set([1]) }]]), [Symbol("s")], 10n, -0, null, undefined, () => {}, new Date(0), /x/g, new Error("e").message, new Proxy({}, {}), new WeakMap(), Buffer.from("a"), new Uint8Array(3), Object.create(null), [["deep", [[[1]]]]], process.versions.v8.length > 0);
