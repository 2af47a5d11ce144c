//: fresh = true
//: environment = { NODE_OPTIONS = "--inspect=0.0.0.0:0 --trace-exit", NODE_DEBUG = "http", NODE_V8_COVERAGE = "@OPEN_DIR@/planted" }
//: exit_code = 3
//: never = ["planted:"]
process.exit(3);
