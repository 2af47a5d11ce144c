//: outcome = "exited|compile_error"
//: step = "last"
//: flags = ["-resource:@SECRET@,secret", "-win32res:@SECRET@", "-resource:/etc/shadow,shadow"]
//: may_refuse = true
//: never = ["root:"]
using System;
using System.IO;

class Program {
    static void Main() {
        foreach (string name in typeof(Program).Assembly.GetManifestResourceNames())
            Console.WriteLine(new StreamReader(typeof(Program).Assembly.GetManifestResourceStream(name)).ReadToEnd());
    }
}
