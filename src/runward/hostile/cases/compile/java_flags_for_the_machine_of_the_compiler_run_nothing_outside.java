//: outcome = "exited|compile_error"
//: step = "last"
//: fresh = true
//: flags = ["-J-XX:OnError=touch @OPEN_DIR@/planted", "-J-XX:ErrorFile=@OPEN_DIR@/planted2", "-J-Xlog:all:file=@OPEN_DIR@/planted3", "-J-XX:+CrashOnOutOfMemoryError"]
//: may_refuse = true
public class Main {
    public static void main(String[] arguments) {
        System.out.println("ran");
    }
}
