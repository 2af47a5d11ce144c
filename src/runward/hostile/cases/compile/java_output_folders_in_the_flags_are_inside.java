//: outcome = "exited|compile_error"
//: step = "last"
//: flags = ["-d", "@OPEN_DIR@", "-s", "@OPEN_DIR@", "-h", "@OPEN_DIR@"]
//: may_refuse = true
public class Main {
    native void called();
    public static void main(String[] arguments) { }
}
