//: step = "compile"
//: outcome = "compile_error"
//: flags = ["-wrapper", "/bin/bash,/box/wrap.sh"]
//: files."wrap.sh" = """
//: for place in 127.0.0.1/@TCP_PORT@ @HOST_IP@/@TCP_PORT@ 169.254.169.254/80 1.1.1.1/53; do
//:     (exec 3<>/dev/tcp/$place) 2>/dev/null && echo ESCAPED: $place || echo tried
//: done
//: exit 1
//: """
//: stdout = "tried\ntried\ntried\ntried\n"
//: may_refuse = true
int main(void) { return 0; }
