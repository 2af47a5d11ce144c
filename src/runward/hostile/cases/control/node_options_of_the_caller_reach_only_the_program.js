//: fresh = true
//: repeat = 2
//: environment = { NODE_OPTIONS = "--require /box/evil.js", NODE_PATH = "/box" }
//: files = { "evil.js" = "console.log('evil runs as', process.getuid(), 'beside', process.ppid);\n" }
//: stdout = "evil runs as 1000 beside 1\nran\n"
console.log("ran");
