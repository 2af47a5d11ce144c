mod json;

use json::Value;
use std::io::{self, BufRead, Write};

fn main() -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let (mut documents, mut errors, mut deepest) = (0, 0, 0);
    for line in io::stdin().lock().lines() {
        match line?.parse::<Value>() {
            Ok(value) => {
                documents += 1;
                deepest = deepest.max(value.depth());
                writeln!(out, "{value}")?;
            }
            Err(error) => {
                errors += 1;
                writeln!(out, "error at {}: {}", error.offset, error.message)?;
            }
        }
    }
    writeln!(out, "documents {documents}, errors {errors}, deepest {deepest}")
}
