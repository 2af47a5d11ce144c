import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

public final class Evaluator {
    private static final int DEEPEST = 200;
    private final Map<String, Long> variables = new HashMap<>();
    private final Map<String, Function> functions = new HashMap<>();
    private int depth = 0;

    private record Function(List<String> parameters, Expression body) {}

    public OptionalLong execute(String line) {
        Parser parser = new Parser(line);
        if (parser.isEmpty()) return OptionalLong.empty();
        String word = parser.take();
        switch (word) {
            case "let" -> {
                String name = parser.name();
                parser.expect("=");
                variables.put(name, evaluate(parser.whole(), variables));
            }
            case "def" -> define(parser);
            case "print" -> {
                return OptionalLong.of(evaluate(parser.whole(), variables));
            }
            default -> throw Parser.unexpected(word);
        }
        return OptionalLong.empty();
    }

    private void define(Parser parser) {
        String name = parser.name();
        List<String> parameters = new ArrayList<>();
        parser.expect("(");
        parameters.add(parser.name());
        while (parser.peek().equals(",")) {
            parser.take();
            parameters.add(parser.name());
        }
        parser.expect(")");
        parser.expect("=");
        functions.put(name, new Function(parameters, parser.whole()));
    }

    private long evaluate(Expression expression, Map<String, Long> names) {
        if (expression instanceof Expression.Literal literal) return literal.value();
        if (expression instanceof Expression.Negate negate) return -evaluate(negate.operand(), names);
        if (expression instanceof Expression.Name name) {
            Long value = names.get(name.name());
            if (value == null) throw new CalcException("unknown name " + name.name());
            return value;
        }
        if (expression instanceof Expression.Binary binary) {
            return apply(binary.operator(), evaluate(binary.left(), names), evaluate(binary.right(), names));
        }
        Expression.Call call = (Expression.Call) expression;
        List<Expression> arguments = call.arguments();
        if (call.name().equals("if") && arguments.size() == 3) {
            return evaluate(arguments.get(evaluate(arguments.get(0), names) != 0 ? 1 : 2), names);
        }
        return call(call.name(), arguments.stream().map(argument -> evaluate(argument, names)).toList());
    }

    private long call(String name, List<Long> values) {
        Function function = functions.get(name);
        if (function == null) throw new CalcException("unknown function " + name);
        int wanted = function.parameters().size();
        if (values.size() != wanted) {
            throw new CalcException("%s takes %d arguments, not %d".formatted(name, wanted, values.size()));
        }
        if (depth == DEEPEST) throw new CalcException("too deep");
        Map<String, Long> names = new HashMap<>();
        for (int at = 0; at < wanted; at++) names.put(function.parameters().get(at), values.get(at));
        depth++;
        try {
            return evaluate(function.body(), names);
        } finally {
            depth--;
        }
    }

    private static long apply(String operator, long left, long right) {
        if ((operator.equals("/") || operator.equals("%")) && right == 0) throw new CalcException("division by zero");
        return switch (operator) {
            case "+" -> left + right;
            case "-" -> left - right;
            case "*" -> left * right;
            case "/" -> left / right;
            case "%" -> left % right;
            case "<" -> left < right ? 1 : 0;
            case ">" -> left > right ? 1 : 0;
            case "==" -> left == right ? 1 : 0;
            default -> power(left, right);
        };
    }

    private static long power(long base, long exponent) {
        if (exponent < 0) throw new CalcException("negative exponent");
        long result = 1;
        for (long count = 0; count < exponent; count++) result *= base;
        return result;
    }
}
