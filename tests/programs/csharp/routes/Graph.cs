using System;
using System.Collections.Generic;
using System.Linq;
using Routes.Collections;

namespace Routes.Graphs
{
    public sealed class Route
    {
        public Route(IEnumerable<string> nodes, int cost) => (Nodes, Cost) = (nodes.ToList(), cost);

        public IReadOnlyList<string> Nodes { get; }

        public int Cost { get; }
    }

    public sealed class Graph
    {
        readonly Dictionary<string, List<Edge>> edges = new Dictionary<string, List<Edge>>();

        struct Edge : IComparable<Edge>
        {
            public string Node;
            public int Cost;

            public int CompareTo(Edge other) =>
                Cost != other.Cost ? Cost.CompareTo(other.Cost) : string.CompareOrdinal(Node, other.Node);
        }

        public void Connect(string one, string other, int cost)
        {
            From(one).Add(new Edge { Node = other, Cost = cost });
            From(other).Add(new Edge { Node = one, Cost = cost });
        }

        public Route Shortest(string from, string to)
        {
            var best = new Dictionary<string, int> { [from] = 0 };
            var previous = new Dictionary<string, string>();
            var heap = new Heap<Edge>();
            heap.Push(new Edge { Node = from, Cost = 0 });
            while (heap.Count > 0)
            {
                var step = heap.Pop();
                if (step.Node == to) return new Route(Trace(previous, to).Reverse(), step.Cost);
                foreach (var edge in From(step.Node))
                {
                    var cost = step.Cost + edge.Cost;
                    if (best.TryGetValue(edge.Node, out var known) && known <= cost) continue;
                    best[edge.Node] = cost;
                    previous[edge.Node] = step.Node;
                    heap.Push(new Edge { Node = edge.Node, Cost = cost });
                }
            }
            return null;
        }

        static IEnumerable<string> Trace(Dictionary<string, string> previous, string to)
        {
            yield return to;
            while (previous.TryGetValue(to, out to)) yield return to;
        }

        List<Edge> From(string node)
        {
            if (!edges.TryGetValue(node, out var found)) edges[node] = found = new List<Edge>();
            return found;
        }
    }
}
