import { BankError } from "./bank.js";

export type Command =
  | { readonly kind: "open"; readonly name: string; readonly amount: number }
  | { readonly kind: "change"; readonly name: string; readonly amount: number }
  | { readonly kind: "transfer"; readonly giver: string; readonly taker: string; readonly amount: number }
  | { readonly kind: "interest"; readonly percent: number }
  | { readonly kind: "history"; readonly name: string }
  | { readonly kind: "report" };

function positive(text: string | undefined): number {
  const amount = Number(text);
  if (!(amount > 0)) throw new BankError(`bad amount ${amount}`);
  return amount;
}

export function parse(line: string): Command {
  const [word = "", ...rest] = line.trim().split(/\s+/);
  const [first = "", second = "", third] = rest;
  switch (word) {
    case "open":
      return { kind: "open", name: first, amount: positive(second) };
    case "deposit":
      return { kind: "change", name: first, amount: positive(second) };
    case "withdraw":
      return { kind: "change", name: first, amount: -positive(second) };
    case "transfer":
      return { kind: "transfer", giver: first, taker: second, amount: positive(third) };
    case "interest":
      return { kind: "interest", percent: positive(first) };
    case "history":
      return { kind: "history", name: first };
    case "report":
      return { kind: "report" };
    default:
      throw new BankError(`unknown command ${word}`);
  }
}
