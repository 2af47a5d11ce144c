console.log(Object.keys(require.cache), Object.keys(require("module")._pathCache), require("module").globalPaths);
console.log(process._preload_modules);
