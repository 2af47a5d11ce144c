async function f() { throw new Error("rejected"); }
f();
setTimeout(() => console.log("never"), 1000);
