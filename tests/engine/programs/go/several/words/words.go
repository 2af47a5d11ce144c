package words

func Greet() string { return "from another file" }
