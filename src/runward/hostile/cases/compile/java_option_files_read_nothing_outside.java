//: outcome = "exited|compile_error"
//: step = "last"
//: flags = ["@@SECRET@", "@@PUBLIC@", "@/etc/shadow", "@/proc/1/environ"]
//: may_refuse = true
//: never = ["root:"]
public class Main {
    public static void main(String[] arguments) {
        System.out.println("ran");
    }
}
