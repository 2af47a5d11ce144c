import re
from dataclasses import dataclass

TOKEN = re.compile(r"\s*(?:(?P<number>\d+)|(?P<name>[A-Za-z_]\w*)|(?P<symbol>==|\S))")


class CalcError(Exception):
    """What the program being calculated did wrong."""


@dataclass(frozen=True)
class Token:
    kind: str
    text: str


END = Token("end", "end")


def tokens(line: str) -> list[Token]:
    text = line.split("#")[0].strip()
    found = []
    position = 0
    while position < len(text):
        match = TOKEN.match(text, position)
        assert match is not None and match.lastgroup is not None
        found.append(Token(match.lastgroup, match[match.lastgroup]))
        position = match.end()
    return found
