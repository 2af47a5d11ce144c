import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

public class Main {
    static void tour(String[] arguments) throws IOException {
        for (String argument : Arrays.copyOfRange(arguments, 1, arguments.length)) {
            System.out.println("argument:" + argument);
        }
        for (String name : List.of("COLOUR", "HOME", "TZ", "LANG", "PATH")) {
            System.out.println(name + "=" + System.getenv().getOrDefault(name, ""));
        }
        System.out.print("folder=" + System.getProperty("user.dir") + "\nstdin:");
        System.in.transferTo(System.out);
        System.out.flush();
        System.err.write(new byte[] {(byte) 0xff, (byte) 0xfe, 0, 'x', (byte) 0xc3});
        System.err.flush();
        Files.writeString(Path.of("note.txt"), "written\n");
        Files.createDirectory(Path.of("pictures"));
        byte[] pixels = new byte[8 + 256];
        System.arraycopy(new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10}, 0, pixels, 0, 8);
        for (int i = 0; i < 256; i++) pixels[8 + i] = (byte) i;
        Files.write(Path.of("pictures/pixel.png"), pixels);
        try (OutputStream big = Files.newOutputStream(Path.of("big.bin"))) {
            for (int i = 0; i < 17; i++) big.write(new byte[1 << 20]);
        }
        Files.writeString(Path.of("unasked.txt"), "no");
        System.exit(7);
    }

    // The machine will not kill itself, so a child does: it is the program's own doing all the same.
    static void killed() throws Exception {
        new ProcessBuilder("/bin/sh", "-c", "kill -9 " + ProcessHandle.current().pid()).start().waitFor();
        Thread.sleep(Long.MAX_VALUE);
    }

    public static void main(String[] arguments) throws Exception {
        OutputStream output = new BufferedOutputStream(System.out, 1 << 16);
        switch (arguments[0]) {
            case "tour": tour(arguments); break;
            case "killed": killed(); break;
            case "wait": while (System.in.read() >= 0) { } break;
            case "flood": while (!System.out.checkError()) output.write('x'); break;
            case "mebibytes": for (int i = 0; i < 10 << 20; i++) output.write(i % 251); break;
        }
        output.flush();
    }
}
