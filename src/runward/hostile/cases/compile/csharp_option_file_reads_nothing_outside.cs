//: outcome = "exited|compile_error"
//: step = "last"
//: flags = ["@@SECRET@", "@/etc/shadow", "-analyzer:/box/main.dll", "-out:@OPEN_DIR@/planted", "-doc:@OPEN_DIR@/planted2"]
//: may_refuse = true
//: never = ["root:"]
class Program {
    static void Main() { }
}
