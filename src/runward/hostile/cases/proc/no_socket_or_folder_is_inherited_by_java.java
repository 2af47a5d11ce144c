//: limits = { memory_bytes = "256M" }
//: says = ["^sockets: 0, folders: 0$"]
import java.io.File;
import java.nio.file.Files;

public class Main {
    public static void main(String[] arguments) throws Exception {
        int sockets = 0, folders = 0;
        for (File fd : new File("/proc/self/fd").listFiles()) {
            if (!Files.isSymbolicLink(fd.toPath())) continue;
            String target;
            try {
                target = Files.readSymbolicLink(fd.toPath()).toString();
            } catch (java.nio.file.NoSuchFileException closedMeanwhile) {
                continue;
            }
            if (target.startsWith("socket:")) sockets++;
            if (new File(target).isDirectory() && !target.startsWith("/proc")) folders++;
        }
        System.out.println("sockets: " + sockets + ", folders: " + folders);
    }
}
