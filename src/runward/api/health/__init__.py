"""Whether everything that the server needs is there: checks, each with its latency, and what they amount to."""
