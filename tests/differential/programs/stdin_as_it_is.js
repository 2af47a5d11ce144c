const { stdin } = process;
console.log(stdin.constructor.name, stdin.fd, stdin.isTTY, stdin.readableFlowing, stdin.readableHighWaterMark, stdin.readable, stdin.writable);
