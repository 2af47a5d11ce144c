"""Executors: one language each, run by the engine here or by a service elsewhere, behind one Protocol."""
