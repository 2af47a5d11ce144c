from dataclasses import dataclass

from .lexer import CalcError, tokens
from .parser import Binary, Call, Expression, Name, Negate, Number, Parser, unexpected

DEEPEST = 200


@dataclass(frozen=True)
class Function:
    parameters: list[str]
    body: Expression


class Evaluator:
    def __init__(self) -> None:
        self._variables: dict[str, int] = {}
        self._functions: dict[str, Function] = {}
        self._depth = 0

    def execute(self, line: str) -> int | None:
        found = tokens(line)
        if not found:
            return None
        parser = Parser(found)
        word = parser.take()
        if word.text == "let":
            name = parser.name()
            parser.expect("=")
            self._variables[name] = self._evaluate(_whole(parser), self._variables)
            return None
        if word.text == "def":
            self._define(parser)
            return None
        if word.text == "print":
            return self._evaluate(_whole(parser), self._variables)
        raise unexpected(word)

    def _define(self, parser: Parser) -> None:
        name = parser.name()
        parser.expect("(")
        parameters = [parser.name()]
        while parser.peek().text == ",":
            parser.take()
            parameters.append(parser.name())
        parser.expect(")")
        parser.expect("=")
        self._functions[name] = Function(parameters, _whole(parser))

    def _evaluate(self, expression: Expression, names: dict[str, int]) -> int:
        match expression:
            case Number(value):
                return value
            case Name(name):
                if name not in names:
                    raise CalcError(f"unknown name {name}")
                return names[name]
            case Negate(operand):
                return -self._evaluate(operand, names)
            case Binary(operator, left, right):
                return _apply(operator, self._evaluate(left, names), self._evaluate(right, names))
            case Call("if", (condition, yes, no)):
                return self._evaluate(yes if self._evaluate(condition, names) else no, names)
            case Call(name, arguments):
                return self._call(name, [self._evaluate(argument, names) for argument in arguments])

    def _call(self, name: str, values: list[int]) -> int:
        function = self._functions.get(name)
        if function is None:
            raise CalcError(f"unknown function {name}")
        if len(values) != len(function.parameters):
            raise CalcError(f"{name} takes {len(function.parameters)} arguments, not {len(values)}")
        if self._depth == DEEPEST:
            raise CalcError("too deep")
        self._depth += 1
        try:
            return self._evaluate(function.body, dict(zip(function.parameters, values)))
        finally:
            self._depth -= 1


def _whole(parser: Parser) -> Expression:
    expression = parser.expression()
    parser.end()
    return expression


def _apply(operator: str, left: int, right: int) -> int:
    if operator in "/%" and right == 0:
        raise CalcError("division by zero")
    if operator == "^" and right < 0:
        raise CalcError("negative exponent")
    quotient = abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1) if operator in "/%" else 0
    results = {
        "+": lambda: left + right,
        "-": lambda: left - right,
        "*": lambda: left * right,
        "/": lambda: quotient,
        "%": lambda: left - quotient * right,
        "^": lambda: left**right,
        "<": lambda: int(left < right),
        ">": lambda: int(left > right),
        "==": lambda: int(left == right),
    }
    return results[operator]()
