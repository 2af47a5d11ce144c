//: limits = { memory_bytes = "256M" }
//: says = ["^processes: [12]$", "^destroyed init: false$", "^still here$"]
public class Main {
    public static void main(String[] arguments) {
        System.out.println("processes: " + ProcessHandle.allProcesses().count());
        boolean destroyed = ProcessHandle.of(1).map(init -> init.destroyForcibly() && !init.isAlive()).orElse(false);
        System.out.println("destroyed init: " + destroyed);
        System.out.println("still here");
    }
}
