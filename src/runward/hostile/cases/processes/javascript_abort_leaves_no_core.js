//: signal = "SIGABRT|SIGILL|SIGTRAP"
//: collect = ["**/*core*"]
//: artifacts = {}
process.abort();
