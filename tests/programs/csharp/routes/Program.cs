using System;
using Routes.Collections;
using Routes.Graphs;

namespace Routes
{
    public static class Program
    {
        public static void Main()
        {
            var graph = new Graph();
            var cache = new LruCache<(string, string), string>(1);
            for (string line; (line = Console.ReadLine()) != null;)
            {
                var words = line.Split(' ');
                switch (words[0])
                {
                    case "cache":
                        cache = new LruCache<(string, string), string>(int.Parse(words[1]));
                        break;
                    case "edge":
                        graph.Connect(words[1], words[2], int.Parse(words[3]));
                        cache.Clear();
                        break;
                    case "path":
                        Console.WriteLine(Answer(graph, cache, words[1], words[2]));
                        break;
                    default:
                        Console.WriteLine($"hits {cache.Hits} misses {cache.Misses} size {cache.Count}");
                        break;
                }
            }
        }

        static string Answer(Graph graph, LruCache<(string, string), string> cache, string from, string to)
        {
            if (cache.TryGet((from, to), out var known)) return known + " [cached]";
            var route = graph.Shortest(from, to);
            var answer = route == null
                ? $"no path from {from} to {to}"
                : $"{string.Join(" -> ", route.Nodes)} ({route.Cost})";
            cache.Set((from, to), answer);
            return answer;
        }
    }
}
