const { setTimeout: wait } = require("timers/promises");
wait(3, "value").then(console.log);
const stop = new AbortController();
wait(1000, null, { signal: stop.signal }).catch((error) => console.log(error.name, error.code));
stop.abort();
