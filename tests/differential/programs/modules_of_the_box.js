const inner = require("./parcel/inner.js");
console.log(inner, module.children.length, Object.keys(require.cache), require("./parcel/data.json"));
