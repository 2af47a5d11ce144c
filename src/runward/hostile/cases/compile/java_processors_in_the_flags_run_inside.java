//: outcome = "exited|compile_error"
//: step = "last"
//: flags = ["-proc:only", "-processor", "Main", "-processorpath", "/box:/tmp:@OPEN_DIR@", "-Xplugin:Main"]
//: may_refuse = true
public class Main {
    static {
        try {
            java.nio.file.Files.writeString(java.nio.file.Path.of("@OPEN_DIR@/planted"), "planted");
        } catch (java.io.IOException refused) {
            System.out.println("refused");
        }
    }
    public static void main(String[] arguments) { }
}
