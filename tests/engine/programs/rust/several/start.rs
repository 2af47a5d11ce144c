mod words;

fn main() {
    print!("{}, {}", words::greet(), std::fs::read_to_string("data/line.txt").unwrap());
}
