console.log(Object.getOwnPropertyNames(globalThis).sort(), Object.keys(globalThis));
