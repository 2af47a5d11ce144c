using System;
using System.Collections.Generic;

namespace Routes.Collections
{
    public sealed class Heap<T> where T : IComparable<T>
    {
        readonly List<T> items = new List<T>();

        public int Count => items.Count;

        public void Push(T item)
        {
            items.Add(item);
            for (var at = items.Count - 1; at > 0 && Before(at, (at - 1) / 2); at = (at - 1) / 2) Swap(at, (at - 1) / 2);
        }

        public T Pop()
        {
            Swap(0, items.Count - 1);
            var top = items[items.Count - 1];
            items.RemoveAt(items.Count - 1);
            for (int at = 0, least; ; at = least)
            {
                least = at;
                for (var child = 2 * at + 1; child <= 2 * at + 2; child++)
                    if (child < items.Count && Before(child, least)) least = child;
                if (least == at) return top;
                Swap(at, least);
            }
        }

        bool Before(int one, int other) => items[one].CompareTo(items[other]) < 0;

        void Swap(int one, int other)
        {
            var kept = items[one];
            items[one] = items[other];
            items[other] = kept;
        }
    }

    public sealed class LruCache<TKey, TValue>
    {
        readonly int capacity;
        readonly LinkedList<KeyValuePair<TKey, TValue>> entries = new LinkedList<KeyValuePair<TKey, TValue>>();
        readonly Dictionary<TKey, LinkedListNode<KeyValuePair<TKey, TValue>>> places =
            new Dictionary<TKey, LinkedListNode<KeyValuePair<TKey, TValue>>>();

        public LruCache(int capacity) => this.capacity = capacity;

        public int Hits { get; private set; }

        public int Misses { get; private set; }

        public int Count => entries.Count;

        public bool TryGet(TKey key, out TValue value)
        {
            if (!places.TryGetValue(key, out var node))
            {
                Misses++;
                value = default;
                return false;
            }
            Hits++;
            entries.Remove(node);
            entries.AddFirst(node);
            value = node.Value.Value;
            return true;
        }

        public void Set(TKey key, TValue value)
        {
            places[key] = entries.AddFirst(new KeyValuePair<TKey, TValue>(key, value));
            if (entries.Count <= capacity) return;
            places.Remove(entries.Last.Value.Key);
            entries.RemoveLast();
        }

        public void Clear()
        {
            entries.Clear();
            places.Clear();
        }
    }
}
