//: repeat = 3
//: flags = ["-wrapper", "/bin/sh,/box/wrap.sh"]
//: files."run" = "@RUN@"
//: files."planted" = "#!/bin/sh\n[ $1 = 0 ] && echo own || echo ESCAPED: of an earlier compilation\n"
//: files."wrap.sh" = """
//: if [ "$(cat /box/run)" = 0 ]; then cp /box/planted /box/main; chmod 755 /box/main; exit 0; fi
//: exec "$@"
//: """
//: arguments = ["@RUN@"]
//: stdout = "own\n"
//: may_refuse = true
// The first run's compile step hands out a script of its own as the program; it may, for itself.
#include <stdio.h>
int main(void) { puts("own"); }
