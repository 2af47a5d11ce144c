"""The routes, one noun per module; each only translates between the wire and what is below."""
