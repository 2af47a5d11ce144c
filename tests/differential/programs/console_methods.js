console.table([{ a: 1, b: "x" }, { a: 2 }]);
console.group("group");
console.info("info");
console.groupEnd();
console.count();
console.count();
console.assert(false, "asserted");
console.dir({ a: { b: { c: { d: 1 } } } }, { depth: 0 });
console.trace("traced");
