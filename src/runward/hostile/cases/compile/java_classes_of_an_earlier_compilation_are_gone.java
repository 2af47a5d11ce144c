//: repeat = 2
//: step = "compile"
//: outcome = "compile_error"
//: files."Left@RUN@.java" = "class Left@RUN@ { }\n"
//: says = ["cannot find symbol"]
// Run 0 brings Left0, and run 1 brings Left1: neither may have both.
public class Main {
    public static void main(String[] arguments) {
        System.out.println("both: " + new Left0() + new Left1());
    }
}
