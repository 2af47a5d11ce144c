//: signal = "SIGABRT|SIGILL|SIGTRAP"
//: collect = ["**/*core*"]
//: artifacts = {}
//: limits = { memory_bytes = "512M" }
process.abort();
