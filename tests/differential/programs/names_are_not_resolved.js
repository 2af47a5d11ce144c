require("dns").lookup("localhost", (error, address) => console.log(error, address));
require("dns").lookup("example.com", (error) => console.log(error.code));
