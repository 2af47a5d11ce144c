#: limits = { memory_bytes = "900G" }
#: refused = "memory_bytes"
print("ESCAPED: ran with 900 GiB")
