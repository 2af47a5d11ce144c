#include "parser.hpp"

#include <cctype>
#include <initializer_list>

namespace {

bool is_name(const std::string& token) { return !token.empty() && (std::isalpha((unsigned char)token[0]) || token[0] == '_'); }

bool one_of(const std::string& token, std::initializer_list<const char*> symbols) {
    for (const char* symbol : symbols)
        if (token == symbol) return true;
    return false;
}

template <class Kind>
Node node(Kind kind) {
    return std::make_unique<Expression>(Expression{std::move(kind)});
}

}  // namespace

CalcError unexpected(const std::string& token) {
    return CalcError(token.empty() ? "unexpected end" : "unexpected '" + token + "'");
}

Parser::Parser(const std::string& line) {
    const std::string text = line.substr(0, line.find('#'));
    for (std::size_t i = 0; i < text.size();) {
        const auto start = i;
        const unsigned char first = text[i++];
        if (std::isspace(first)) continue;
        if (std::isdigit(first))
            while (i < text.size() && std::isdigit((unsigned char)text[i])) i++;
        else if (std::isalpha(first) || first == '_')
            while (i < text.size() && (std::isalnum((unsigned char)text[i]) || text[i] == '_')) i++;
        else if (first == '=' && i < text.size() && text[i] == '=')
            i++;
        tokens.push_back(text.substr(start, i - start));
    }
}

std::string Parser::take() {
    auto token = peek();
    at++;
    return token;
}

void Parser::expect(const std::string& text) {
    if (auto token = take(); token != text) throw unexpected(token);
}

std::string Parser::name() {
    auto token = take();
    if (!is_name(token)) throw unexpected(token);
    return token;
}

Node Parser::whole() {
    auto found = expression();
    if (!peek().empty()) throw unexpected(peek());
    return found;
}

Node Parser::expression() {
    auto left = sum();
    if (!one_of(peek(), {"<", ">", "=="})) return left;
    auto symbol = take();
    return node(Binary{symbol, std::move(left), sum()});
}

Node Parser::sum() {
    auto left = product();
    while (one_of(peek(), {"+", "-"})) {
        auto symbol = take();
        left = node(Binary{symbol, std::move(left), product()});
    }
    return left;
}

Node Parser::product() {
    auto left = unary();
    while (one_of(peek(), {"*", "/", "%"})) {
        auto symbol = take();
        left = node(Binary{symbol, std::move(left), unary()});
    }
    return left;
}

Node Parser::unary() {
    if (peek() == "-") {
        take();
        return node(Negate{unary()});
    }
    auto base = atom();
    if (peek() != "^") return base;
    auto symbol = take();
    return node(Binary{symbol, std::move(base), unary()});
}

Node Parser::atom() {
    const auto token = take();
    if (!token.empty() && std::isdigit((unsigned char)token[0])) return node(Number{std::stoll(token)});
    if (is_name(token)) return peek() == "(" ? node(Call{token, arguments()}) : node(Name{token});
    if (token != "(") throw unexpected(token);
    auto inner = expression();
    expect(")");
    return inner;
}

std::vector<Node> Parser::arguments() {
    std::vector<Node> found;
    do {
        take();
        found.push_back(expression());
    } while (peek() == ",");
    expect(")");
    return found;
}
