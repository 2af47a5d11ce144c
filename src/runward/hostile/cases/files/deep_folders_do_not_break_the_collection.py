#: collect = ["**/*.txt"]
#: says = ["^deep$"]
#: within = 10
import os

with open("plain.txt", "w") as file:
    file.write("mine")
for _ in range(3000):
    os.mkdir("d")
    os.chdir("d")
with open("deep.txt", "w") as file:
    file.write("deep")
print("deep")
