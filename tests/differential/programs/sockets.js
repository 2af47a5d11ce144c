const net = require("net");
const server = net.createServer((socket) => socket.pipe(socket));
server.listen("/tmp/socket", () => { const client = net.connect("/tmp/socket", () => client.end("echo")); client.on("data", (data) => console.log(data.toString())); client.on("close", () => server.close()); });
