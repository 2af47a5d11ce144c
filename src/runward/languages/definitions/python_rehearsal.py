"""What most programs do; a waiting interpreter has the memory for it before its program is there (python_warm.py)."""

import sys


class Greeting:
    """A class with a method that takes arguments of both kinds."""

    def __init__(self, name: str, *, mark: str = "!") -> None:
        """Keep what is greeted."""
        self.name, self.mark = name, mark

    def __str__(self) -> str:
        """Return the greeting."""
        return f"Hello, {self.name}{self.mark}"


def main() -> None:
    """Compute, catch and print a little."""
    words = {word: len(word) for word in ("one", "two", "three")}
    squares = [number * number for number in range(10) if number % 2]
    try:
        words["four"] += 1
    except KeyError as error:
        print(f"{error} {sum(squares):5d} {len(squares) / 3:.2f}", file=sys.stderr)
    print(Greeting("world"), sorted(words, key=words.__getitem__))


if __name__ == "__main__":
    main()
