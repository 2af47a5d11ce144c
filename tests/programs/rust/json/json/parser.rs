use super::{Error, Value};
use std::collections::BTreeMap;
use std::str::FromStr;

type Parsed<T> = Result<T, Error>;

struct Parser<'a> {
    text: &'a [u8],
    at: usize,
}

impl FromStr for Value {
    type Err = Error;

    fn from_str(text: &str) -> Parsed<Value> {
        let mut parser = Parser { text: text.as_bytes(), at: 0 };
        let value = parser.value()?;
        if parser.at < text.len() { parser.fail() } else { Ok(value) }
    }
}

impl Parser<'_> {
    fn next(&self) -> u8 {
        self.text.get(self.at).copied().unwrap_or(0)
    }

    fn error<T>(&self, message: String) -> Parsed<T> {
        Err(Error { offset: self.at, message })
    }

    fn fail<T>(&self) -> Parsed<T> {
        match self.text.get(self.at) {
            None => self.error("unexpected end".into()),
            Some(byte) => self.error(format!("unexpected '{}'", *byte as char)),
        }
    }

    fn take(&mut self, byte: u8) -> Parsed<()> {
        if self.text.get(self.at) != Some(&byte) {
            return self.fail();
        }
        self.at += 1;
        Ok(())
    }

    fn skip_space(&mut self) {
        while matches!(self.next(), b' ' | b'\t') {
            self.at += 1;
        }
    }

    fn value(&mut self) -> Parsed<Value> {
        self.skip_space();
        let value = match self.next() {
            b'{' => {
                let mut found = BTreeMap::new();
                self.list(b'{', b'}', |parser| {
                    parser.skip_space();
                    let key = parser.string()?;
                    parser.skip_space();
                    parser.take(b':')?;
                    found.insert(key, parser.value()?);
                    Ok(())
                })?;
                Value::Object(found)
            }
            b'[' => {
                let mut found = Vec::new();
                self.list(b'[', b']', |parser| parser.value().map(|value| found.push(value)))?;
                Value::Array(found)
            }
            b'"' => Value::Text(self.string()?),
            b'-' | b'0'..=b'9' => self.number()?,
            b't' => self.word("true")?,
            b'f' => self.word("false")?,
            b'n' => self.word("null")?,
            _ => return self.fail(),
        };
        self.skip_space();
        Ok(value)
    }

    fn word(&mut self, word: &str) -> Parsed<Value> {
        word.bytes().try_for_each(|byte| self.take(byte))?;
        Ok(Value::Raw(word.into()))
    }

    fn list(&mut self, open: u8, close: u8, mut item: impl FnMut(&mut Self) -> Parsed<()>) -> Parsed<()> {
        self.take(open)?;
        self.skip_space();
        if self.next() != close {
            item(self)?;
            while self.next() == b',' {
                self.at += 1;
                item(self)?;
            }
        }
        self.take(close)
    }

    fn string(&mut self) -> Parsed<String> {
        self.take(b'"')?;
        let mut found = Vec::new();
        while self.next() != b'"' {
            if self.at >= self.text.len() {
                return self.fail();
            }
            if self.next() == b'\\' {
                self.escape(&mut found)?;
            } else {
                found.push(self.next());
                self.at += 1;
            }
        }
        self.at += 1;
        String::from_utf8(found).or_else(|_| self.error("not UTF-8".into()))
    }

    fn escape(&mut self, found: &mut Vec<u8>) -> Parsed<()> {
        self.at += 1;
        let byte = match self.next() {
            b'u' => {
                let digits = self.text.get(self.at + 1..self.at + 5).and_then(|digits| std::str::from_utf8(digits).ok());
                let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()).and_then(char::from_u32);
                let character = match code {
                    Some(character) => character,
                    None => return self.error("bad escape 'u'".into()),
                };
                found.extend_from_slice(character.to_string().as_bytes());
                self.at += 5;
                return Ok(());
            }
            same @ (b'"' | b'\\' | b'/') => same,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            0 => return self.fail(),
            other => return self.error(format!("bad escape '{}'", other as char)),
        };
        found.push(byte);
        self.at += 1;
        Ok(())
    }

    fn number(&mut self) -> Parsed<Value> {
        let start = self.at;
        if self.next() == b'-' {
            self.at += 1;
        }
        if self.next() == b'0' {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.next() == b'.' {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.next(), b'e' | b'E') {
            self.at += 1;
            if matches!(self.next(), b'+' | b'-') {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(Value::Raw(String::from_utf8_lossy(&self.text[start..self.at]).into_owned()))
    }

    fn digits(&mut self) -> Parsed<()> {
        if !self.next().is_ascii_digit() {
            return self.fail();
        }
        while self.next().is_ascii_digit() {
            self.at += 1;
        }
        Ok(())
    }
}
