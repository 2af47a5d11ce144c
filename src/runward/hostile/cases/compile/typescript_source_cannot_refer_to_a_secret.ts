//: outcome = "exited|compile_error"
//: step = "last"
/// <reference path="@SECRET@" />
/// <reference path="/etc/shadow" />
console.log("ran");
