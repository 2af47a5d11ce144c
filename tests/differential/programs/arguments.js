console.log(process.argv, process.argv0, process.execArgv, process.execPath, process.title);
console.log(require("util").parseArgs({ allowPositionals: true }).positionals);
