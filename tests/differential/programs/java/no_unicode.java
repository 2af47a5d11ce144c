public class Main {
    String text = "ÿþ";
}
