"""PKCS#12 without a password, which OpenSSL's library tells from an empty one and its command does not.

absent.py CERTIFICATE.pem KEY.pem OUT.pfx [3des]
"""

import ctypes
import sys

crypto = ctypes.CDLL("libcrypto.so.3")
for name in ("BIO_new_file", "PEM_read_bio_X509", "PEM_read_bio_PrivateKey", "PKCS12_create"):
    getattr(crypto, name).restype = ctypes.c_void_p

certificate, key, out, *form = sys.argv[1:]
pointer = ctypes.c_void_p


def read(path, reader):
    return pointer(reader(pointer(crypto.BIO_new_file(path.encode(), b"r")), None, None, None))


NID_3DES = 146  # NID_pbe_WithSHA1And3_Key_TripleDES_CBC
cipher = NID_3DES if form else 0
parts = (read(key, crypto.PEM_read_bio_PrivateKey), read(certificate, crypto.PEM_read_bio_X509))
made = crypto.PKCS12_create(None, None, *parts, None, cipher, cipher, 2048, 2048, 0)
assert made, "PKCS12_create"
file = pointer(crypto.BIO_new_file(out.encode(), b"wb"))
assert crypto.i2d_PKCS12_bio(file, pointer(made)) == 1
crypto.BIO_free(file)
