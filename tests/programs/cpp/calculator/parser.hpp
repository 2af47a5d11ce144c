#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

struct CalcError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct Expression;
using Node = std::unique_ptr<Expression>;

struct Number { long long value; };
struct Name { std::string name; };
struct Negate { Node operand; };
struct Binary { std::string symbol; Node left, right; };
struct Call { std::string name; std::vector<Node> arguments; };

struct Expression {
    std::variant<Number, Name, Negate, Binary, Call> kind;
};

class Parser {
public:
    explicit Parser(const std::string& line);
    bool empty() const { return tokens.empty(); }
    std::string peek() const { return at < tokens.size() ? tokens[at] : ""; }
    std::string take();
    void expect(const std::string& text);
    std::string name();
    Node whole();

private:
    Node expression();
    Node sum();
    Node product();
    Node unary();
    Node atom();
    std::vector<Node> arguments();

    std::vector<std::string> tokens;
    std::size_t at = 0;
};

CalcError unexpected(const std::string& token);
