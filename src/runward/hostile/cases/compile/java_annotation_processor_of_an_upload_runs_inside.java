//: outcome = "exited|compile_error"
//: step = "last"
//: files = { "META-INF/services/javax.annotation.processing.Processor" = "Main\n" }
public class Main {
    static {
        try {
            java.nio.file.Files.writeString(java.nio.file.Path.of("@OPEN_DIR@/planted"), "planted");
        } catch (java.io.IOException refused) {
            System.out.println("refused");
        }
    }

    public static void main(String[] arguments) {
        System.out.println("ran");
    }
}
