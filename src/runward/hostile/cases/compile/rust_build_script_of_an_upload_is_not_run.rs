//: files."build.rs" = "fn main() { std::fs::write(\"@OPEN_DIR@/planted\", \"x\").unwrap(); println!(\"cargo:rustc-cfg=planted\"); }\n"
//: files."Cargo.toml" = "[package]\nname = \"main\"\nversion = \"1.0.0\"\nbuild = \"build.rs\"\n"
//: files.".cargo/config.toml" = "[build]\nrustc-wrapper = \"/box/evil.sh\"\n"
//: stdout = "not planted\n"
//: step = "run"
fn main() {
    println!("{}", if cfg!(planted) { "ESCAPED: planted" } else { "not planted" });
}
