function a() { return new Error("here"); }
const error = a();
console.log(error.stack);
Error.stackTraceLimit = 1;
console.log(a().stack, Error.stackTraceLimit);
Error.prepareStackTrace = (error, sites) => sites.map((site) => [site.getFunctionName(), site.getLineNumber()]);
console.log(a().stack);
