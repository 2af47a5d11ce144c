def greet():
    return "from another file"
