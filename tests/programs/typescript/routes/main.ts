import * as fs from "fs";
import { Graph, type Route } from "./lib/graph";
import { LruCache } from "./lib/lru";

type Handler = (...words: string[]) => string | void;

const graph = new Graph();
let cache = new LruCache<string, string>(1);

function describe(route: Route | null, from: string, to: string): string {
  return route === null ? `no path from ${from} to ${to}` : `${route.nodes.join(" -> ")} (${route.cost})`;
}

const handlers: Record<string, Handler> = {
  cache: (size) => void (cache = new LruCache(Number(size))),
  edge: (one, other, cost) => {
    graph.connect(one!, other!, Number(cost));
    cache.clear();
  },
  path: (from, to) => {
    const key = `${from} ${to}`;
    const known = cache.get(key);
    if (known !== undefined) return `${known} [cached]`;
    const answer = describe(graph.shortest(from!, to!), from!, to!);
    cache.set(key, answer);
    return answer;
  },
  stats: () => `hits ${cache.hits} misses ${cache.misses} size ${cache.size}`,
};

for (const line of fs.readFileSync(0, "utf8").trim().split("\n")) {
  const [word = "", ...rest] = line.split(" ");
  const handler = handlers[word];
  if (handler === undefined) throw new Error(`unknown command ${word}`);
  const told = handler(...rest);
  if (told) process.stdout.write(`${told}\n`);
}
