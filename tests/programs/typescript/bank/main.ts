import { readFileSync } from "node:fs";
import { Bank, BankError } from "./src/bank";
import { parse } from "./src/command";
import { money, signed } from "./src/text";

const bank = new Bank();

function* carryOut(line: string): Generator<string> {
  const command = parse(line);
  switch (command.kind) {
    case "open":
      return bank.open(command.name, command.amount);
    case "change":
      return bank.get(command.name).change(command.amount);
    case "transfer":
      return bank.transfer(command.giver, command.taker, command.amount);
    case "interest":
      return bank.addInterest(command.percent);
    case "history": {
      const account = bank.get(command.name);
      yield `${account.name}: ${account.changes.map(signed).join(" ")}`;
      return;
    }
    case "report": {
      const accounts = [...bank];
      for (const account of accounts) yield money(account.name, account.balance);
      yield money("total", accounts.reduce((sum, account) => sum + account.balance, 0));
      return;
    }
    default: {
      const unreachable: never = command;
      throw new Error(`no such command: ${JSON.stringify(unreachable)}`);
    }
  }
}

const lines = readFileSync(process.stdin.fd, "utf8").trimEnd().split("\n");
lines.forEach((line: string, index: number) => {
  try {
    for (const told of carryOut(line)) console.log(told);
  } catch (error) {
    if (!(error instanceof BankError)) throw error;
    console.log(`error on line ${index + 1}: ${error.message}`);
  }
});
