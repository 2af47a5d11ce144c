public class Main {
    public static void main(String[] arguments) {
        Thread.sleep(1);
        throw new java.io.IOException();
    }
}
