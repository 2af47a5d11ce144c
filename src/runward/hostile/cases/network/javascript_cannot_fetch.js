//: says = ["^metadata: (ENETUNREACH|EADDRNOTAVAIL)$", "^host: (ECONNREFUSED|ENETUNREACH)$"]
const net = require("net");
const knock = (name, host, port) => {
  const client = net.connect({ host, port, timeout: 2000 });
  client.on("connect", () => console.log(`ESCAPED: ${name}`));
  client.on("error", (error) => console.log(`${name}: ${error.code}`));
};
knock("metadata", "169.254.169.254", 80);
knock("host", "127.0.0.1", Number("@TCP_PORT@"));
