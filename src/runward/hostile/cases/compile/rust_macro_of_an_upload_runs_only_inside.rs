//: outcome = "exited|compile_error"
//: step = "last"
//: flags = ["--crate-type", "proc-macro", "-L", "@OPEN_DIR@", "-C", "linker=/box/link.sh", "-o", "@OPEN_DIR@/planted"]
//: files."link.sh" = "#!/bin/sh\necho x >@OPEN_DIR@/planted\n"
//: may_refuse = true
extern crate proc_macro;

#[proc_macro]
pub fn evil(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    std::fs::write("@OPEN_DIR@/planted", "x").unwrap();
    input
}
