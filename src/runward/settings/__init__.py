"""Everything an operator may set, in one frozen object read once from the environment, ``.env`` and a secrets folder.

May import domain only.  Invariant: no other module reads the process environment for configuration.
"""

from runward.settings.settings import Auth, Environment, LogLevel, Settings, SettingsError, load_settings

__all__ = ["Auth", "Environment", "LogLevel", "Settings", "SettingsError", "load_settings"]
