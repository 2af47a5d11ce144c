process.nextTick(() => { throw new Error("next"); });
