import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;

public class Main {
    public static void main(String[] arguments) throws IOException {
        Evaluator evaluator = new Evaluator();
        int number = 0, results = 0, errors = 0;
        BufferedReader reader = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = reader.readLine()) != null; ) {
            number++;
            try {
                OptionalLong value = evaluator.execute(line);
                if (value.isPresent()) {
                    results++;
                    System.out.println(value.getAsLong());
                }
            } catch (CalcException error) {
                errors++;
                System.out.printf("line %d: %s%n", number, error.getMessage());
            }
        }
        System.out.printf("%d results, %d errors%n", results, errors);
    }
}
