import sys

from bank.accounts import Bank, BankError
from bank.commands import Commands


def main() -> None:
    commands = Commands(Bank())
    for number, line in enumerate(sys.stdin, start=1):
        try:
            for told in commands.carry_out(line):
                print(told)
        except BankError as error:
            print(f"error on line {number}: {error}")


main()
