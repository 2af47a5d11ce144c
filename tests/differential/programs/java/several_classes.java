import java.util.function.*;
sealed interface Shape permits Circle, Square {}
record Circle(double radius) implements Shape {}
record Square(double side) implements Shape {}
enum Size { SMALL, LARGE { int n() { return 2; } }; int n() { return 1; } }
public class Main {
    static class Inner { class Deeper {} }
    public static void main(String[] arguments) {
        Function<Integer, Integer> twice = number -> number * 2;
        Runnable runnable = new Runnable() { public void run() {} };
        System.out.println(new Circle(2) + " " + Size.LARGE.n() + twice.apply(4) + arguments.length);
    }
}
