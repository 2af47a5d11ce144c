import java.io.*;
import java.util.*;
import java.util.concurrent.*;
import java.util.function.*;
import java.util.stream.*;

/** What programs commonly use: compiled to warm the compiler, run to record which classes a run needs. */
public class JavaSample {
    sealed interface Shape permits Circle, Square {}
    record Circle(double radius) implements Shape {}
    record Square(double side) implements Shape {}
    enum Size { SMALL, LARGE }

    interface Visitor<R> { R visit(Node node); }
    static abstract class Node {
        private final int value;
        protected final List<Node> children = new ArrayList<>();
        Node(int value) { this.value = value; }
        int value() { return value; }
        abstract <R> R accept(Visitor<R> visitor);
    }
    static class Leaf extends Node {
        Leaf(int value) { super(value); }
        @Override <R> R accept(Visitor<R> visitor) { return visitor.visit(this); }
        @Override public String toString() { return "leaf " + value(); }
    }

    static <T extends Comparable<T>> T most(Collection<? extends T> all) {
        return all.stream().max(Comparator.naturalOrder()).orElseThrow();
    }

    static double area(Shape shape) {
        if (shape instanceof Circle circle) return Math.PI * circle.radius() * circle.radius();
        return shape instanceof Square square ? square.side() * square.side() : 0;
    }

    static void read() throws IOException {
        Map<String, List<Integer>> found = new TreeMap<>();
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(System.in))) {
            for (String line; (line = reader.readLine()) != null; ) {
                StringTokenizer words = new StringTokenizer(line);
                while (words.hasMoreTokens()) found.computeIfAbsent(words.nextToken(), key -> new ArrayList<>()).add(line.length());
            }
        }
        Scanner scanner = new Scanner("12 3.5 word\nline");
        System.out.println(scanner.nextInt() + scanner.nextDouble() + scanner.next() + scanner.nextLine() + found);
    }

    static void collect() {
        Map<String, Integer> counts = new HashMap<>(), linked = new LinkedHashMap<>();
        for (String word : "b a b c".split("\\s+")) counts.merge(word, 1, Integer::sum);
        for (Map.Entry<String, Integer> entry : counts.entrySet()) linked.put(entry.getKey(), entry.getValue());
        Set<Integer> set = new HashSet<>(Arrays.asList(3, 1, 2)), sorted = new TreeSet<>(set);
        Deque<Integer> deque = new ArrayDeque<>(sorted);
        PriorityQueue<int[]> queue = new PriorityQueue<>((a, b) -> a[1] - b[1]);
        queue.add(new int[] {1, 2});
        deque.push(queue.poll()[0]);
        List<String> names = new LinkedList<>(counts.keySet());
        Collections.sort(names, Comparator.comparing(String::length).thenComparing(Function.identity()));
        Integer[] boxed = {3, 1, 2};
        Arrays.sort(boxed, Collections.reverseOrder());
        System.out.println(names + " " + linked + deque + Arrays.toString(boxed) + Arrays.deepToString(new int[][] {{1}, {2}}));
    }

    static void stream() {
        Function<Integer, Integer> twice = number -> number * 2;
        Supplier<List<Integer>> numbers = () -> IntStream.rangeClosed(1, 9).boxed().collect(Collectors.toList());
        System.out.println(numbers.get().stream().map(twice).filter(number -> number > 4).map(String::valueOf).collect(Collectors.joining(",")));
        Map<Integer, Long> groups = numbers.get().stream().collect(Collectors.groupingBy(number -> number % 3, TreeMap::new, Collectors.counting()));
        System.out.println(groups);
        System.out.println(Stream.iterate(1, number -> number + 1).limit(3).reduce(0, Integer::sum) + most(List.of(1, 2)));
        System.out.println(Arrays.stream(new int[] {1, 2}).mapToObj(Integer::toString).toList() + Optional.of("x").map(String::trim).orElse(""));
    }

    static void print() {
        StringBuilder text = new StringBuilder();
        for (char letter = 'a'; letter < 'e'; letter++) text.append(letter).append(1).append(2.5).append(3L).append(true);
        System.out.printf("%5d|%-5s|%.2f|%x%n", 1, text.reverse(), 2.5, 255);
        System.out.println(String.format("%,d", 1234567) + String.join("-", "a", "b") + "text".repeat(2).toUpperCase().substring(1).replace("T", "t"));
        String kind = switch (Size.valueOf("SMALL")) { case SMALL -> "small"; case LARGE -> "large"; };
        String block = """
            several
            lines""";
        System.out.println(kind + block + new Circle(2) + area(new Square(3)) + new Leaf(4).accept(Node::value) + 1.5f + 'c' + 9L + null);
        try {
            Object[] objects = new Integer[1];
            objects[0] = Integer.parseInt("x");
        } catch (NumberFormatException | ArrayStoreException error) {
            error.printStackTrace(System.out);
        } finally {
            System.err.println("done " + Math.max(1, Math.floorMod(-1, 3)) + new Random(5).nextInt(10) + Long.MAX_VALUE);
        }
    }

    static void concur() throws Exception {
        Thread thread = new Thread(() -> System.out.println(Thread.currentThread().getName()));
        thread.start();
        thread.join();
        ExecutorService pool = Executors.newFixedThreadPool(2);
        Future<Integer> future = pool.submit(() -> 1);
        CompletableFuture<Integer> later = CompletableFuture.supplyAsync(() -> 2, pool).thenApply(number -> number + 1);
        System.out.println(future.get() + later.get() + new ConcurrentHashMap<>(Map.of("a", 1)).toString());
        pool.shutdown();
        synchronized (thread) { thread.notifyAll(); }
    }

    public static void main(String[] arguments) throws Exception {
        read();
        collect();
        stream();
        print();
        concur();
    }
}
