import { Heap, Order } from "./heap";

interface Step {
  readonly node: string;
  readonly cost: number;
}

export interface Route {
  readonly nodes: readonly string[];
  readonly cost: number;
}

function compare(one: Step, other: Step): Order {
  if (one.cost !== other.cost) return one.cost < other.cost ? Order.Before : Order.After;
  if (one.node === other.node) return Order.Same;
  return one.node < other.node ? Order.Before : Order.After;
}

export class Graph {
  private readonly edges: Record<string, Step[]> = {};

  connect(one: string, other: string, cost: number): void {
    (this.edges[one] ??= []).push({ node: other, cost });
    (this.edges[other] ??= []).push({ node: one, cost });
  }

  shortest(from: string, to: string): Route | null {
    const best: Record<string, number> = { [from]: 0 };
    const previous: Record<string, string> = {};
    const heap = new Heap<Step>(compare);
    heap.push({ node: from, cost: 0 });
    for (let step = heap.pop(); step !== undefined; step = heap.pop()) {
      if (step.node === to) return { cost: step.cost, nodes: trace(previous, to) };
      for (const edge of this.edges[step.node] ?? []) {
        const cost = step.cost + edge.cost;
        if (cost >= (best[edge.node] ?? Number.POSITIVE_INFINITY)) continue;
        best[edge.node] = cost;
        previous[edge.node] = step.node;
        heap.push({ node: edge.node, cost });
      }
    }
    return null;
  }
}

function trace(previous: Readonly<Record<string, string>>, to: string): string[] {
  const nodes: string[] = [];
  for (let node: string | undefined = to; node !== undefined; node = previous[node]) nodes.unshift(node);
  return nodes;
}
