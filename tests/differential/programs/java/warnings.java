import java.util.*;
public class Main {
    public static void main(String[] arguments) {
        List raw = new ArrayList();
        raw.add(1);
        new Thread().stop();
        new Date(1, 2, 3);
    }
}
