import { createInterface } from "node:readline";
import { Graph } from "./src/graph.js";
import { LruCache } from "./src/lru.js";

const graph = new Graph();
let cache = new LruCache(1);

const commands = {
  cache(size) {
    cache = new LruCache(Number(size));
  },
  edge(one, other, cost) {
    graph.connect(one, other, Number(cost));
    cache.clear();
  },
  path(from, to) {
    const key = `${from} ${to}`;
    const known = cache.get(key);
    if (known !== undefined) return `${known} [cached]`;
    const found = graph.shortestPath(from, to);
    const answer = found ? `${found.nodes.join(" -> ")} (${found.cost})` : `no path from ${from} to ${to}`;
    cache.set(key, answer);
    return answer;
  },
  stats: () => `hits ${cache.hits} misses ${cache.misses} size ${cache.size}`,
};

for await (const line of createInterface({ input: process.stdin })) {
  const [word, ...rest] = line.split(" ");
  const told = commands[word](...rest);
  if (told !== undefined) console.log(told);
}
