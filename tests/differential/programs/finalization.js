const registry = new FinalizationRegistry(() => console.log("collected"));
registry.register({}, 1);
console.log(new WeakRef({ a: 1 }).deref());
