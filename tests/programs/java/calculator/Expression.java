import java.util.List;

public sealed interface Expression {
    record Literal(long value) implements Expression {}

    record Name(String name) implements Expression {}

    record Negate(Expression operand) implements Expression {}

    record Binary(String operator, Expression left, Expression right) implements Expression {}

    record Call(String name, List<Expression> arguments) implements Expression {}
}
