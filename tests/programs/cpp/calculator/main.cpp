#include <iostream>
#include <map>
#include <optional>

#include "parser.hpp"

using Names = std::map<std::string, long long>;

struct Function {
    std::vector<std::string> parameters;
    Node body;
};

class Evaluator {
public:
    std::optional<long long> execute(const std::string& line) {
        Parser parser(line);
        if (parser.empty()) return {};
        const auto word = parser.take();
        if (word == "print") return evaluate(*parser.whole(), variables);
        if (word == "let") {
            const auto name = parser.name();
            parser.expect("=");
            variables[name] = evaluate(*parser.whole(), variables);
        } else if (word == "def") {
            define(parser);
        } else {
            throw unexpected(word);
        }
        return {};
    }

private:
    void define(Parser& parser) {
        const auto name = parser.name();
        parser.expect("(");
        std::vector<std::string> parameters{parser.name()};
        while (parser.peek() == ",") {
            parser.take();
            parameters.push_back(parser.name());
        }
        parser.expect(")");
        parser.expect("=");
        functions[name] = Function{parameters, parser.whole()};
    }

    long long evaluate(const Expression& expression, const Names& names) {
        return std::visit([&](const auto& kind) { return value(kind, names); }, expression.kind);
    }

    long long value(const Number& number, const Names&) { return number.value; }

    long long value(const Name& name, const Names& names) {
        const auto found = names.find(name.name);
        if (found == names.end()) throw CalcError("unknown name " + name.name);
        return found->second;
    }

    long long value(const Negate& negate, const Names& names) { return -evaluate(*negate.operand, names); }

    long long value(const Binary& binary, const Names& names) {
        const auto left = evaluate(*binary.left, names), right = evaluate(*binary.right, names);
        switch (binary.symbol[0]) {
            case '+': return left + right;
            case '-': return left - right;
            case '*': return left * right;
            case '<': return left < right;
            case '>': return left > right;
            case '=': return left == right;
            case '^': return power(left, right);
        }
        if (right == 0) throw CalcError("division by zero");
        return binary.symbol == "/" ? left / right : left % right;
    }

    long long value(const Call& call, const Names& names) {
        if (call.name == "if" && call.arguments.size() == 3)
            return evaluate(*call.arguments[evaluate(*call.arguments[0], names) ? 1 : 2], names);
        std::vector<long long> values;
        for (const auto& argument : call.arguments) values.push_back(evaluate(*argument, names));
        const auto found = functions.find(call.name);
        if (found == functions.end()) throw CalcError("unknown function " + call.name);
        const auto& [parameters, body] = found->second;
        if (values.size() != parameters.size())
            throw CalcError(call.name + " takes " + std::to_string(parameters.size()) + " arguments, not " + std::to_string(values.size()));
        if (depth == 200) throw CalcError("too deep");
        Names inner;
        for (std::size_t i = 0; i < values.size(); i++) inner[parameters[i]] = values[i];
        struct Deeper {
            int& depth;
            explicit Deeper(int& depth) : depth(depth) { depth++; }
            ~Deeper() { depth--; }
        } deeper(depth);
        return evaluate(*body, inner);
    }

    static long long power(long long base, long long exponent) {
        if (exponent < 0) throw CalcError("negative exponent");
        long long result = 1;
        while (exponent-- > 0) result *= base;
        return result;
    }

    Names variables;
    std::map<std::string, Function> functions;
    int depth = 0;
};

int main() {
    Evaluator evaluator;
    int number = 0, results = 0, errors = 0;
    for (std::string line; std::getline(std::cin, line);) {
        number++;
        try {
            if (const auto value = evaluator.execute(line)) {
                results++;
                std::cout << *value << '\n';
            }
        } catch (const CalcError& error) {
            errors++;
            std::cout << "line " << number << ": " << error.what() << '\n';
        }
    }
    std::cout << results << " results, " << errors << " errors\n";
}
