require("./broken.js");
