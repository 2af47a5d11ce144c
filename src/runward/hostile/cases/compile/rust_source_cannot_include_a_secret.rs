//: step = "compile"
//: outcome = "compile_error"
//: says = ["No such file|[Pp]ermission|couldn't read"]
fn main() {
    println!("{}", include_str!("@SECRET@"));
}
