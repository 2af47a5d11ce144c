exports.greet = () => "from another file";
