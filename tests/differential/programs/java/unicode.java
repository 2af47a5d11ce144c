public class Main {
    public static void main(String[] ä) {
        String ünï = "\u00e9é✓";
        int x = ünï;
    }
}
