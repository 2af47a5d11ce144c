"""The shapes on the wire, one noun per module; nothing else in the project knows pydantic models of requests."""
