public class Main {
    public static void main(String[] arguments) {
        int number = "text";
        List<String> list = null;
    }
}
