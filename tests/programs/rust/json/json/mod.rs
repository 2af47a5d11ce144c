mod parser;
mod printer;

use std::collections::BTreeMap;

/// A JSON value; numbers and words stay as they were written.
pub enum Value {
    Raw(String),
    Text(String),
    Array(Vec<Value>),
    Object(BTreeMap<String, Value>),
}

pub struct Error {
    pub offset: usize,
    pub message: String,
}

impl Value {
    pub fn depth(&self) -> usize {
        match self {
            Value::Raw(_) | Value::Text(_) => 0,
            Value::Array(items) => 1 + items.iter().map(Value::depth).max().unwrap_or(0),
            Value::Object(items) => 1 + items.values().map(Value::depth).max().unwrap_or(0),
        }
    }
}
