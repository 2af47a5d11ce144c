console.log(process.env, Object.keys(process.env), "NODE_OPTIONS" in process.env);
process.env.MORE = 5;
delete process.env.EXTRA;
console.log(process.env);
