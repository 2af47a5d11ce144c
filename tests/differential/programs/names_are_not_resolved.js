const { lookup } = require("dns");
lookup("localhost", (error, address) => {
  console.log(error, address);
  lookup("example.com", (error) => console.log(error.code));
});
