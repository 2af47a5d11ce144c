"""A small language of integers: definitions, calls, conditions."""

import sys

from calc.evaluator import Evaluator
from calc.lexer import CalcError


def main() -> None:
    evaluator = Evaluator()
    results = errors = 0
    for number, line in enumerate(sys.stdin, start=1):
        try:
            value = evaluator.execute(line)
        except CalcError as error:
            errors += 1
            print(f"line {number}: {error}")
            continue
        if value is not None:
            results += 1
            print(value)
    print(f"{results} results, {errors} errors")


if __name__ == "__main__":
    main()
