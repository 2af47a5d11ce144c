import java.nio.file.Files;
import java.nio.file.Path;
import words.Words;

public class Start {
    public static void main(String[] arguments) throws Exception {
        System.out.print(Words.greet() + ", " + Files.readString(Path.of("data/line.txt")));
    }
}
