"""Accounts, and the commands that move money between them."""
