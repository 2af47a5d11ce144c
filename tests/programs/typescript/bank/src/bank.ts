export class BankError extends Error {}

export class Account {
  readonly changes: number[] = [];
  #balance = 0;

  constructor(readonly name: string) {}

  get balance(): number {
    return this.#balance;
  }

  change(amount: number): void {
    if (this.#balance + amount < 0) throw new BankError(`${this.name} has only ${this.#balance}`);
    this.#balance += amount;
    this.changes.push(amount);
  }
}

export class Bank implements Iterable<Account> {
  readonly #accounts = new Map<string, Account>();

  open(name: string, amount: number): void {
    if (this.#accounts.has(name)) throw new BankError(`account ${name} exists`);
    const account = new Account(name);
    account.change(amount);
    this.#accounts.set(name, account);
  }

  get(name: string): Account {
    const account = this.#accounts.get(name);
    if (account === undefined) throw new BankError(`no account ${name}`);
    return account;
  }

  transfer(giver: string, taker: string, amount: number): void {
    const [source, target] = [this.get(giver), this.get(taker)];
    source.change(-amount);
    target.change(amount);
  }

  addInterest(percent: number): void {
    for (const account of this) account.change(Math.floor((account.balance * percent) / 100));
  }

  *[Symbol.iterator](): Iterator<Account> {
    yield* [...this.#accounts.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
  }
}
