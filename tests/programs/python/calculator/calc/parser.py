from dataclasses import dataclass

from .lexer import END, CalcError, Token


@dataclass(frozen=True)
class Number:
    value: int


@dataclass(frozen=True)
class Name:
    name: str


@dataclass(frozen=True)
class Negate:
    operand: "Expression"


@dataclass(frozen=True)
class Binary:
    operator: str
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True)
class Call:
    name: str
    arguments: tuple["Expression", ...]


Expression = Number | Name | Negate | Binary | Call


class Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0

    def peek(self) -> Token:
        return self._tokens[self._at] if self._at < len(self._tokens) else END

    def take(self) -> Token:
        token = self.peek()
        self._at += 1
        return token

    def expect(self, text: str) -> None:
        token = self.take()
        if token.text != text or token is END:
            raise unexpected(token)

    def name(self) -> str:
        token = self.take()
        if token.kind != "name":
            raise unexpected(token)
        return token.text

    def end(self) -> None:
        if self.peek() is not END:
            raise unexpected(self.peek())

    def expression(self) -> Expression:
        left = self.sum()
        if self.peek().text in ("<", ">", "=="):
            return Binary(self.take().text, left, self.sum())
        return left

    def sum(self) -> Expression:
        left = self.product()
        while self.peek().text in ("+", "-"):
            left = Binary(self.take().text, left, self.product())
        return left

    def product(self) -> Expression:
        left = self.unary()
        while self.peek().text in ("*", "/", "%"):
            left = Binary(self.take().text, left, self.unary())
        return left

    def unary(self) -> Expression:
        if self.peek().text == "-":
            self.take()
            return Negate(self.unary())
        base = self.atom()
        if self.peek().text == "^":
            self.take()
            return Binary("^", base, self.unary())
        return base

    def atom(self) -> Expression:
        token = self.take()
        if token.kind == "number":
            return Number(int(token.text))
        if token.kind == "name":
            return Call(token.text, self.arguments()) if self.peek().text == "(" else Name(token.text)
        if token.text == "(":
            inner = self.expression()
            self.expect(")")
            return inner
        raise unexpected(token)

    def arguments(self) -> tuple[Expression, ...]:
        self.expect("(")
        found = [self.expression()]
        while self.peek().text == ",":
            self.take()
            found.append(self.expression())
        self.expect(")")
        return tuple(found)


def unexpected(token: Token) -> CalcError:
    return CalcError("unexpected end" if token is END else f"unexpected '{token.text}'")
