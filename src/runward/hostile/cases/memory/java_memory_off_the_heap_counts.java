//: outcome = "memory_limit|exited|signaled"
//: limits = { memory_bytes = "256M", wall_time = 20 }
//: says = ["^begun$"]
//: never = ["^320 MiB$"]
import java.nio.ByteBuffer;
import java.util.ArrayList;

public class Main {
    public static void main(String[] arguments) {
        var held = new ArrayList<ByteBuffer>();
        System.out.println("begun");
        for (int mib = 32; mib <= 1024; mib += 32) {
            var block = ByteBuffer.allocateDirect(32 << 20);
            while (block.hasRemaining()) block.put((byte) 1);
            held.add(block);
            System.out.println(mib + " MiB");
        }
    }
}
