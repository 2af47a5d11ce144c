use super::Value;
use std::fmt::{Display, Formatter, Result, Write};

impl Display for Value {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        write_value(self, out, 0)
    }
}

fn write_value(value: &Value, out: &mut Formatter<'_>, level: usize) -> Result {
    match value {
        Value::Raw(text) => out.write_str(text),
        Value::Text(text) => write_quoted(text, out),
        Value::Array(items) => write_items(items.iter().map(|item| (None, item)), "[]", out, level),
        Value::Object(items) => write_items(items.iter().map(|(key, item)| (Some(key), item)), "{}", out, level),
    }
}

fn write_items<'a, I>(items: I, brackets: &str, out: &mut Formatter<'_>, level: usize) -> Result
where
    I: ExactSizeIterator<Item = (Option<&'a String>, &'a Value)>,
{
    if items.len() == 0 {
        return out.write_str(brackets);
    }
    out.write_str(&brackets[..1])?;
    for (index, (key, item)) in items.enumerate() {
        let comma = if index > 0 { "," } else { "" };
        write!(out, "{comma}\n{:width$}", "", width = 2 * (level + 1))?;
        if let Some(key) = key {
            write_quoted(key, out)?;
            out.write_str(": ")?;
        }
        write_value(item, out, level + 1)?;
    }
    write!(out, "\n{:width$}{}", "", &brackets[1..], width = 2 * level)
}

fn write_quoted(text: &str, out: &mut Formatter<'_>) -> Result {
    out.write_char('"')?;
    for character in text.chars() {
        match character {
            '"' | '\\' => write!(out, "\\{character}")?,
            '\n' => out.write_str("\\n")?,
            '\t' => out.write_str("\\t")?,
            '\0'..='\u{1f}' => write!(out, "\\u{:04x}", character as u32)?,
            _ => out.write_char(character)?,
        }
    }
    out.write_char('"')
}
