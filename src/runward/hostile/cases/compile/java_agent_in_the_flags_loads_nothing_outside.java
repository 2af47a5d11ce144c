//: outcome = "exited|compile_error"
//: step = "last"
//: fresh = true
//: flags = ["-J-javaagent:@PUBLIC@", "-J-agentpath:/box/evil.so", "-J--patch-module=java.base=@OPEN_DIR@"]
//: may_refuse = true
public class Main {
    public static void main(String[] arguments) {
        System.out.println("ran");
    }
}
