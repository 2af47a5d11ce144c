const http = require("http");
const server = http.createServer((request, response) => response.end(request.url));
server.listen(0, "127.0.0.1", () => http.get({ port: server.address().port, path: "/x" }, (response) => { response.setEncoding("utf8"); response.on("data", (data) => { console.log(response.statusCode, data); server.close(); }); response.on("end", () => process.exit(0)); }));
