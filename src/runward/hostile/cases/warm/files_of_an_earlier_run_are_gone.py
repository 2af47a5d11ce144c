#: repeat = 3
#: stdout = "clean\n"
#: limits = { disk_bytes = "32M" }
import os

seen = [os.path.join(folder, name) for folder in ("/box", "/tmp", "/dev/shm") for name in os.listdir(folder)]
seen = [path for path in seen if os.path.basename(path).startswith("left")]
print(f"ESCAPED: {seen}" if seen else "clean")
for folder in ("/box", "/tmp", "/dev/shm"):
    with open(f"{folder}/left", "w") as file:
        file.write("behind")
    os.mkdir(f"{folder}/left_folder")
