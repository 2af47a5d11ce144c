//: stdout = "None None\n"
fn main() {
    println!("{:?} {:?}", option_env!("RUNWARD_CANARY"), option_env!("SSH_AUTH_SOCK"));
}
