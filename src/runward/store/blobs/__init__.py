"""Blobs: artifacts, uploads and large outputs, outside the rows, by their SHA-256; in files, or in an S3 bucket.

May import domain and the store's errors.  Invariants: a blob is whole or not there; what was put within the last day is
never removed, so whoever refers to it has that long to commit the reference (``store.references``).
"""

from runward.store.blobs.blob import BlobId, BlobInfo, BlobMissing, BlobStore, blob_id
from runward.store.blobs.files import FileBlobs
from runward.store.blobs.opening import BlobLocationInvalid, open_blobs

__all__ = [
    "BlobId",
    "BlobInfo",
    "BlobLocationInvalid",
    "BlobMissing",
    "BlobStore",
    "FileBlobs",
    "blob_id",
    "open_blobs",
]
