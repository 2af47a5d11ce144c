#: repeat = 4
#: distinct = true
import secrets

print(secrets.token_hex(8))
