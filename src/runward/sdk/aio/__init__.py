"""The client for asyncio; ``runward.sdk.blocking`` is generated from it by ``script/generate-sdk``."""
