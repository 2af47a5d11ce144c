import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

public final class Parser {
    private static final Pattern TOKEN = Pattern.compile("\\d+|[A-Za-z_]\\w*|==|\\S");
    private final List<String> tokens = new ArrayList<>();
    private int at = 0;

    public Parser(String line) {
        Matcher matcher = TOKEN.matcher(line.replaceAll("#.*", ""));
        while (matcher.find()) tokens.add(matcher.group());
    }

    public boolean isEmpty() {
        return tokens.isEmpty();
    }

    public String peek() {
        return at < tokens.size() ? tokens.get(at) : "";
    }

    public String take() {
        String token = peek();
        at++;
        return token;
    }

    public void expect(String text) {
        String token = take();
        if (!token.equals(text)) throw unexpected(token);
    }

    public String name() {
        String token = take();
        if (token.isEmpty() || !isName(token)) throw unexpected(token);
        return token;
    }

    public Expression whole() {
        Expression expression = expression();
        if (!peek().isEmpty()) throw unexpected(peek());
        return expression;
    }

    public static CalcException unexpected(String token) {
        return new CalcException(token.isEmpty() ? "unexpected end" : "unexpected '" + token + "'");
    }

    private Expression expression() {
        Expression left = sum();
        return Set.of("<", ">", "==").contains(peek()) ? new Expression.Binary(take(), left, sum()) : left;
    }

    private Expression sum() {
        Expression left = product();
        while (Set.of("+", "-").contains(peek())) left = new Expression.Binary(take(), left, product());
        return left;
    }

    private Expression product() {
        Expression left = unary();
        while (Set.of("*", "/", "%").contains(peek())) left = new Expression.Binary(take(), left, unary());
        return left;
    }

    private Expression unary() {
        if (peek().equals("-")) {
            take();
            return new Expression.Negate(unary());
        }
        Expression base = atom();
        return peek().equals("^") ? new Expression.Binary(take(), base, unary()) : base;
    }

    private Expression atom() {
        String token = take();
        if (token.isEmpty()) throw unexpected(token);
        if (Character.isDigit(token.charAt(0))) return new Expression.Literal(Long.parseLong(token));
        if (isName(token)) return peek().equals("(") ? new Expression.Call(token, arguments()) : new Expression.Name(token);
        if (!token.equals("(")) throw unexpected(token);
        Expression inner = expression();
        expect(")");
        return inner;
    }

    private List<Expression> arguments() {
        List<Expression> found = new ArrayList<>();
        do {
            take();
            found.add(expression());
        } while (peek().equals(","));
        expect(")");
        return found;
    }

    private static boolean isName(String token) {
        return Character.isLetter(token.charAt(0)) || token.charAt(0) == '_';
    }
}
