#: collect = ["**/*.txt"]
#: artifacts = { "seen.txt" = "seen" }
#: never = ["ESCAPED"]
import os

os.makedirs("closed/inner")
with open("closed/inner/hidden.sh", "w") as file:
    file.write("x")
with open("seen.txt", "w") as file:
    file.write("seen")
os.chmod("closed/inner", 0)
os.chmod("closed", 0)
