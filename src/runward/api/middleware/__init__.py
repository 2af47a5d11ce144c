"""What surrounds every request: plain ASGI, so that a disconnect and a stream pass through untouched."""
