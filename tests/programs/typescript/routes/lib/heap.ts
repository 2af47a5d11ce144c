export enum Order {
  Before = -1,
  Same = 0,
  After = 1,
}

export class Heap<Item> {
  private readonly items: Item[] = [];

  constructor(private readonly compare: (one: Item, other: Item) => Order) {}

  push(item: Item): void {
    let at = this.items.push(item) - 1;
    for (let parent = (at - 1) >> 1; at > 0 && this.before(at, parent); parent = (at - 1) >> 1) {
      this.swap(at, parent);
      at = parent;
    }
  }

  pop(): Item | undefined {
    const [top] = this.items;
    const last = this.items.pop();
    if (last === undefined || this.items.length === 0) return top;
    this.items[0] = last;
    this.sink(0);
    return top;
  }

  private sink(at: number): void {
    let least = at;
    for (const child of [2 * at + 1, 2 * at + 2]) {
      if (child < this.items.length && this.before(child, least)) least = child;
    }
    if (least === at) return;
    this.swap(at, least);
    this.sink(least);
  }

  private before(one: number, other: number): boolean {
    return this.compare(this.items[one]!, this.items[other]!) === Order.Before;
  }

  private swap(one: number, other: number): void {
    [this.items[one], this.items[other]] = [this.items[other]!, this.items[one]!];
  }
}
