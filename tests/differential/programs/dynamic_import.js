import("node:os").then((os) => console.log(Object.keys(os).length > 10, typeof os.default.cpus));
import("./parcel/inner.mjs").then((inner) => console.log(inner));
import("./nowhere.mjs").catch((error) => console.log(error.code, error.message));
