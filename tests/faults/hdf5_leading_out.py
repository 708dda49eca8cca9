"""HDF5 files as h5py 3 writes them, packed: a link to another file, cells in another file, an array made of another file's."""

from __future__ import annotations

import base64
import zlib

_PACKED = {
    "link": (
        "eNrr9HBx4+WS4mLm4GCAgf9QsBnKN4DSU0PDuv09XIKYGCqYhJAVwgAXEwMjAwObHAMDI4cDY5U4A4N+ak5xanlGalGqfnpRZopehimDfhUDgx"
        "kDmcDife5SAL3mKLI="
    ),
    "link of an earlier form": (
        "eNrr9HBx4+WS4mIAAQ4OBhYGAQZk8B8KCphR+TD5BCjNCKU7oPQKJpg4C1hOAiouADVfAWpeAFQ8JMjVFdl8dHtGwcgGHq6O4KQSAeVzQOkTTK"
        "jqYOkwgEr2MsFTLvaUyQV0CSOSejaoekYOB8YqHgaG9KLMFL0MUwb9Kog8AFHaPEA="
    ),
    "raw": (
        "eNrr9HBx4+WS4mLm4GCAgf8wwAjhG0DFy1eyPvD3cAliYqhgEkJRCAVcTAxALWw8DECKsWozzDwPBqqBc5t4J4OdALSAUYWBgYmJkZEFKoeLZh"
        "ZhYBRUkIfyFRjEORjE64EsVqBrmbnYNYAmMYBdzLAf6mEONFsdoDQH0NfMjDDfwkQZShgGBPyZMeumh6tjAMRXEAD1AMN9RlS1+qk5xanlGalF"
        "qfrpRZkpekWJ5WBxAFLNO2U="
    ),
    "raw of an earlier form": (
        "eNrr9HBx4+WS4mIAAQ4OBhYGAQZk8B8KdrCi8mHyCVCaEUp3QOkVTDBxRrCcBFRcEGo+urqQIFdXkOr/aABmTwELhOZgGAUjEXi4OgaA6AgoH5"
        "ZKTzChqqtCS48eFNrLyMAGMYsRxteA0EwQAWiyxEkzA1M+SKWggjxUTIFBnINBvB4qzwpM0SB5JiaIgexA8xmh1oFyjgGOdO/AABOH5CxmRliO"
        "cUAPOZrEgwJaOAewoKrTT80pTi3PSC1K1U8vykzRK0osB4sH+/m7gPwF848C82jaJgcAAIqOP0A="
    ),
    "virtual": (
        "eNrr9HBx4+WS4mLm4GCAgf9QwCAB4RtAxR07O9n9PVyCmBgqmISQFcIAFxMDIwMDGw8DkGKs2gwzz4OBauDcJt7JYCcocsjyZCNjBkZGFQYGJi"
        "ZGRhaoWlw0swgDo6CCPJSvwCDOwSBeD2SxAl3PzM3BB1TJzAANDUYQsYRhSABr5ToBhlEwCkbBKBgFo4AY4O7s7wOu5ASQKjwgiIIpgAnop+YU"
        "p5ZnpBal6qcXZaboZZgyVDEwIykAASYkvgQaH1z1QvH5Jz5rUd3RwD8aF6NgFIyCUTAKRsEoGAWjYBSMglEwCkYBrQAAKZIzsA=="
    ),
}

LEADING_OUT = {kind: zlib.decompress(base64.b64decode(packed)) for kind, packed in _PACKED.items()}
