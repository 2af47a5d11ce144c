import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Makes, once for a host, what starts Java quickly: the compiler that is started ahead, and archives of parsed classes. */
public class JavaPrepare {
    private static String home;

    /** Takes the folder of the toolchain, and that of the result; the work folder holds the sources. */
    public static void main(String[] arguments) throws Exception {
        home = arguments[0];
        Path result = Path.of(arguments[1]);
        run("javac", "-encoding", "UTF-8", "-proc:none", "-d", result.resolve("classes").toString(), "JavacAhead.java");
        run("javac", "-encoding", "UTF-8", "-proc:none", "-d", "sample", "JavaSample.java");
        Files.copy(Path.of("JavaSample.java"), result.resolve("JavaSample.java"));
        archive(result.resolve("javac.jsa"), "-XX:TieredStopAtLevel=1", "-cp", result.resolve("classes").toString(), "JavacAhead", "JavaSample.java");
        archive(result.resolve("run.jsa"), "-cp", "sample", "JavaSample");
    }

    /** Only classes of the toolchain are archived, so the archive is good for every class path. */
    private static void archive(Path archive, String... command) throws Exception {
        List<String> training = new ArrayList<>(List.of("java", "-XX:+UseSerialGC", "-XX:DumpLoadedClassList=loaded.txt"));
        training.addAll(List.of(command));
        run(training.toArray(String[]::new));
        List<String> lines = Files.readAllLines(Path.of("loaded.txt")).stream().filter(line -> !line.matches(".*\\bJava(cAhead|Sample)\\b.*")).toList();
        Files.write(Path.of("loaded.txt"), lines);
        run("java", "-Xshare:dump", "-Xlog:disable", "-XX:SharedClassListFile=loaded.txt", "-XX:SharedArchiveFile=" + archive);
    }

    private static void run(String... command) throws IOException, InterruptedException {
        command[0] = home + "/bin/" + command[0];
        int status = new ProcessBuilder(command).inheritIO().start().waitFor();
        if (status != 0) {
            System.err.println(String.join(" ", command) + " failed with exit status " + status);
            System.exit(1);
        }
    }
}
