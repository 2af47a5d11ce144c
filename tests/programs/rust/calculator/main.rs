mod parser;

use parser::{unexpected, Expression, Parsed, Parser};
use std::collections::HashMap;
use std::io::{self, BufRead};

type Names = HashMap<String, i64>;

#[derive(Default)]
struct Evaluator {
    variables: Names,
    functions: HashMap<String, (Vec<String>, Expression)>,
    depth: usize,
}

impl Evaluator {
    fn execute(&mut self, line: &str) -> Parsed<Option<i64>> {
        let mut parser = Parser::new(line);
        if parser.is_empty() {
            return Ok(None);
        }
        let word = parser.take();
        match word.as_str() {
            "print" => {
                let names = self.variables.clone();
                return self.evaluate(&parser.whole()?, &names).map(Some);
            }
            "let" => {
                let name = parser.name()?;
                parser.expect("=")?;
                let names = self.variables.clone();
                let value = self.evaluate(&parser.whole()?, &names)?;
                self.variables.insert(name, value);
            }
            "def" => self.define(&mut parser)?,
            _ => return unexpected(&word),
        }
        Ok(None)
    }

    fn define(&mut self, parser: &mut Parser) -> Parsed<()> {
        let name = parser.name()?;
        parser.expect("(")?;
        let mut parameters = vec![parser.name()?];
        while parser.peek() == "," {
            parser.take();
            parameters.push(parser.name()?);
        }
        parser.expect(")")?;
        parser.expect("=")?;
        self.functions.insert(name, (parameters, parser.whole()?));
        Ok(())
    }

    fn evaluate(&mut self, expression: &Expression, names: &Names) -> Parsed<i64> {
        match expression {
            Expression::Number(value) => Ok(*value),
            Expression::Name(name) => names.get(name).copied().ok_or_else(|| format!("unknown name {name}")),
            Expression::Negate(operand) => Ok(-self.evaluate(operand, names)?),
            Expression::Binary(symbol, left, right) => {
                let (left, right) = (self.evaluate(left, names)?, self.evaluate(right, names)?);
                apply(symbol, left, right)
            }
            Expression::Call(name, arguments) if name == "if" && arguments.len() == 3 => {
                let chosen = if self.evaluate(&arguments[0], names)? != 0 { 1 } else { 2 };
                self.evaluate(&arguments[chosen], names)
            }
            Expression::Call(name, arguments) => {
                let values = arguments.iter().map(|argument| self.evaluate(argument, names)).collect::<Parsed<Vec<_>>>()?;
                self.call(name, values)
            }
        }
    }

    fn call(&mut self, name: &str, values: Vec<i64>) -> Parsed<i64> {
        let (parameters, body) = self.functions.get(name).cloned().ok_or_else(|| format!("unknown function {name}"))?;
        if values.len() != parameters.len() {
            return Err(format!("{name} takes {} arguments, not {}", parameters.len(), values.len()));
        }
        if self.depth == 200 {
            return Err("too deep".into());
        }
        let names: Names = parameters.into_iter().zip(values).collect();
        self.depth += 1;
        let result = self.evaluate(&body, &names);
        self.depth -= 1;
        result
    }
}

fn apply(symbol: &str, left: i64, right: i64) -> Parsed<i64> {
    match symbol {
        "+" => Ok(left + right),
        "-" => Ok(left - right),
        "*" => Ok(left * right),
        "<" => Ok((left < right) as i64),
        ">" => Ok((left > right) as i64),
        "==" => Ok((left == right) as i64),
        "/" => left.checked_div(right).ok_or_else(|| "division by zero".into()),
        "%" => left.checked_rem(right).ok_or_else(|| "division by zero".into()),
        _ => u32::try_from(right).map(|exponent| left.pow(exponent)).map_err(|_| "negative exponent".into()),
    }
}

fn main() {
    let mut evaluator = Evaluator::default();
    let (mut results, mut errors) = (0, 0);
    for (index, line) in io::stdin().lock().lines().enumerate() {
        match evaluator.execute(&line.expect("input is text")) {
            Ok(None) => {}
            Ok(Some(value)) => {
                results += 1;
                println!("{value}");
            }
            Err(message) => {
                errors += 1;
                println!("line {}: {message}", index + 1);
            }
        }
    }
    println!("{results} results, {errors} errors");
}
