//: outcome = "exited|compile_error"
//: step = "last"
//: files."tsconfig.json" = "{\"extends\": \"@SECRET@\", \"compilerOptions\": {\"outDir\": \"@OPEN_DIR@\", \"plugins\": [{\"name\": \"/box/evil.js\"}], \"tsBuildInfoFile\": \"@OPEN_DIR@/planted\"}}\n"
//: files."evil.js" = "require('fs').writeFileSync('@OPEN_DIR@/planted', 'x');\n"
//: never = ["root:"]
console.log("ran");
