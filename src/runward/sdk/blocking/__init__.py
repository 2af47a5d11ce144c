# Generated from src/runward/sdk/aio/__init__.py by script/generate-sdk: change that, not this.
"""The client for programs without asyncio."""
