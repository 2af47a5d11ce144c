process.emitWarning("careful", { type: "Custom", code: "C1", detail: "more" });
new Buffer(3);
process.on("warning", (warning) => console.log(warning.name, warning.message));
