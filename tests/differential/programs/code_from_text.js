console.log(eval("1 + 2"), new Function("a", "return a * 2")(4));
eval("let x = ; ");
