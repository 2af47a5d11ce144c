//: outcome = "exited|compile_error"
//: step = "last"
//: files."node_modules/typescript/package.json" = "{\"name\": \"typescript\", \"main\": \"evil.js\"}\n"
//: files."node_modules/typescript/evil.js" = "require('fs').writeFileSync('/box/main.js', 'console.log(\"ESCAPED: replaced\")');\n"
//: files."package.json" = "{\"main\": \"evil.js\", \"type\": \"commonjs\"}\n"
//: stdout = "compiled\n"
const text: string = "compiled";
console.log(text);
