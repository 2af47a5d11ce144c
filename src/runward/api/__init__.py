"""The HTTP faces: executors for each language, their gateway, health, and the documentation page.

``app.create_app`` builds the application around an engine.  May import wiring, engine and what is below; knows no
sandbox.  Invariants: a guest's failure is a 200 that tells of it; every other refusal is problem+json from the one
table in ``problem``; a run never outlives the client that asked for it.
"""
