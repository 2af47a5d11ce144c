//: repeat = 3
//: files."Other.java" = "class Other { static final int VALUE = @RUN@; }\n"
//: arguments = ["@RUN@"]
//: stdout = "its own\n"
public class Main {
    public static void main(String[] arguments) {
        System.out.println(Integer.parseInt(arguments[0]) == Other.VALUE ? "its own" : "ESCAPED: another's");
    }
}
