
// The error stands in the fourth line.
fn main() {
    println!("{}", missing_thing);
}
