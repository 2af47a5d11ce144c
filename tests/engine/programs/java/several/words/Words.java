package words;

public class Words {
    public static String greet() {
        return "from another file";
    }
}
