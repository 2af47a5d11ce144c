#: outcome = "memory_limit"
#: limits = { memory_bytes = "64M", disk_bytes = "256M", file_bytes = "256M" }
#: never = ["wrote all"]
chunk = b"x" * (1 << 20)
with open("/box/big", "wb") as file:
    for _ in range(160):
        file.write(chunk)
print("wrote all")
