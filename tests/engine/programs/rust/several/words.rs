pub fn greet() -> &'static str {
    "from another file"
}
