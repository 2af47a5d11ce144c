console.log(require.main === module, module.id, module.filename, module.loaded, module.paths, module.children, module.parent);
console.log(__filename, __dirname, process.mainModule === module, this === exports);
