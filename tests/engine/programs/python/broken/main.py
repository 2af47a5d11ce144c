words = ["a"]

for word in words:
    print(word) missing_thing
