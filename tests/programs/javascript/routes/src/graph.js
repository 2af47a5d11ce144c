import { Heap } from "./heap.js";

const sooner = (one, other) => one.cost - other.cost < 0 || (one.cost === other.cost && one.node < other.node);

export class Graph {
  #edges = new Map();

  connect(one, other, cost) {
    this.#from(one).push({ node: other, cost });
    this.#from(other).push({ node: one, cost });
  }

  shortestPath(from, to) {
    const best = new Map([[from, 0]]);
    const previous = new Map();
    const heap = new Heap(sooner);
    heap.push({ node: from, cost: 0 });
    while (heap.size > 0) {
      const { node, cost } = heap.pop();
      if (node === to) return { cost, nodes: trace(previous, to) };
      if (cost > best.get(node)) continue;
      for (const edge of this.#edges.get(node) ?? []) {
        const total = cost + edge.cost;
        if (total >= (best.get(edge.node) ?? Infinity)) continue;
        best.set(edge.node, total);
        previous.set(edge.node, node);
        heap.push({ node: edge.node, cost: total });
      }
    }
    return null;
  }

  #from(node) {
    if (!this.#edges.has(node)) this.#edges.set(node, []);
    return this.#edges.get(node);
  }
}

function trace(previous, to) {
  const nodes = [to];
  while (previous.has(nodes[0])) nodes.unshift(previous.get(nodes[0]));
  return nodes;
}
