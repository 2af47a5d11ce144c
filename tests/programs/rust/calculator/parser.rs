#[derive(Clone, Debug)]
pub enum Expression {
    Number(i64),
    Name(String),
    Negate(Box<Expression>),
    Binary(String, Box<Expression>, Box<Expression>),
    Call(String, Vec<Expression>),
}

pub struct Parser {
    tokens: Vec<String>,
    at: usize,
}

pub type Parsed<T> = Result<T, String>;

pub fn unexpected<T>(token: &str) -> Parsed<T> {
    Err(if token.is_empty() { "unexpected end".into() } else { format!("unexpected '{token}'") })
}

fn is_name(token: &str) -> bool {
    token.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
}

fn tokens(line: &str) -> Vec<String> {
    let text: Vec<char> = line.split('#').next().unwrap_or("").chars().collect();
    let (mut found, mut at) = (Vec::new(), 0);
    while at < text.len() {
        let start = at;
        let first = text[at];
        at += 1;
        if first.is_whitespace() {
            continue;
        }
        if first.is_ascii_digit() {
            while at < text.len() && text[at].is_ascii_digit() { at += 1; }
        } else if first.is_ascii_alphabetic() || first == '_' {
            while at < text.len() && (text[at].is_ascii_alphanumeric() || text[at] == '_') { at += 1; }
        } else if first == '=' && text.get(at) == Some(&'=') {
            at += 1;
        }
        found.push(text[start..at].iter().collect());
    }
    found
}

impl Parser {
    pub fn new(line: &str) -> Self {
        Parser { tokens: tokens(line), at: 0 }
    }

    pub fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }

    pub fn peek(&self) -> &str {
        self.tokens.get(self.at).map_or("", String::as_str)
    }

    pub fn take(&mut self) -> String {
        let token = self.peek().to_string();
        self.at += 1;
        token
    }

    pub fn expect(&mut self, text: &str) -> Parsed<()> {
        let token = self.take();
        if token == text { Ok(()) } else { unexpected(&token) }
    }

    pub fn name(&mut self) -> Parsed<String> {
        let token = self.take();
        if is_name(&token) { Ok(token) } else { unexpected(&token) }
    }

    pub fn whole(&mut self) -> Parsed<Expression> {
        let found = self.expression()?;
        if self.peek().is_empty() { Ok(found) } else { unexpected(self.peek()) }
    }

    fn expression(&mut self) -> Parsed<Expression> {
        let left = self.sum()?;
        if matches!(self.peek(), "<" | ">" | "==") {
            let symbol = self.take();
            return Ok(Expression::Binary(symbol, Box::new(left), Box::new(self.sum()?)));
        }
        Ok(left)
    }

    fn sum(&mut self) -> Parsed<Expression> {
        let mut left = self.product()?;
        while matches!(self.peek(), "+" | "-") {
            let symbol = self.take();
            left = Expression::Binary(symbol, Box::new(left), Box::new(self.product()?));
        }
        Ok(left)
    }

    fn product(&mut self) -> Parsed<Expression> {
        let mut left = self.unary()?;
        while matches!(self.peek(), "*" | "/" | "%") {
            let symbol = self.take();
            left = Expression::Binary(symbol, Box::new(left), Box::new(self.unary()?));
        }
        Ok(left)
    }

    fn unary(&mut self) -> Parsed<Expression> {
        if self.peek() == "-" {
            self.take();
            return Ok(Expression::Negate(Box::new(self.unary()?)));
        }
        let base = self.atom()?;
        if self.peek() == "^" {
            let symbol = self.take();
            return Ok(Expression::Binary(symbol, Box::new(base), Box::new(self.unary()?)));
        }
        Ok(base)
    }

    fn atom(&mut self) -> Parsed<Expression> {
        let token = self.take();
        if let Ok(number) = token.parse() {
            return Ok(Expression::Number(number));
        }
        if is_name(&token) {
            return Ok(if self.peek() == "(" { Expression::Call(token, self.arguments()?) } else { Expression::Name(token) });
        }
        if token != "(" {
            return unexpected(&token);
        }
        let inner = self.expression()?;
        self.expect(")")?;
        Ok(inner)
    }

    fn arguments(&mut self) -> Parsed<Vec<Expression>> {
        let mut found = Vec::new();
        loop {
            self.take();
            found.push(self.expression()?);
            if self.peek() != "," {
                break;
            }
        }
        self.expect(")")?;
        Ok(found)
    }
}
