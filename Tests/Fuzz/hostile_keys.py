# SPDX-License-Identifier: Apache-2.0
"""Makes keys that cost their reader as much as can be, and measures what each reader takes; Scripts/hostile-keys runs it.

Every input is at most 64 kB (sets up to 512 kB are marked). Needs nothing but Python and the openssl command.
"""

import argparse
import base64
import hashlib
import json
import math
import os
import resource
import subprocess
import sys

LIMIT = 65536
SECOND = 1.0


# DER (X.690)

def value(tag, content):
    count = len(content)
    if count < 0x80:
        length = bytes([count])
    else:
        octets = (count.bit_length() + 7) // 8
        length = bytes([0x80 | octets]) + count.to_bytes(octets, "big")
    return bytes([tag]) + length + content


def sequence(*values): return value(0x30, b"".join(values))
def octets(content): return value(0x04, content)
def bits(content): return value(0x03, b"\0" + content)
def number(n): return value(0x02, n.to_bytes(n.bit_length() // 8 + 1, "big"))


def identifier(text):
    first, second, *rest = map(int, text.split("."))
    content = bytes([first * 40 + second])
    for n in rest:
        groups = [n & 0x7F]
        while n := n >> 7:
            groups.insert(0, n & 0x7F | 0x80)
        content += bytes(groups)
    return value(0x06, content)


NULL = b"\x05\0"
RSA = sequence(identifier("1.2.840.113549.1.1.1"), NULL)


def algorithm(name, parameters=b""): return sequence(identifier(name), parameters)
def private_key_info(algorithm, key): return sequence(number(0), algorithm, octets(key))
def public_key_info(algorithm, key): return sequence(algorithm, bits(key))


def pem(label, der):
    text = base64.encodebytes(der).decode()
    return f"-----BEGIN {label}-----\n{text}-----END {label}-----\n".encode()


# Numbers

def pi_bits(bits):
    """floor(2^bits * pi), by Machin's formula."""
    one = 1 << (bits + 64)

    def arctan(inverse):
        total = term = one // inverse
        k, sign = 3, -1
        while term:
            term //= inverse * inverse
            total += sign * (term // k)
            k, sign = k + 2, -sign
        return total

    return 4 * (4 * arctan(5) - arctan(239)) >> 64


def e_bits(bits):
    """floor(2^bits * e)."""
    total = term = 1 << (bits + 64)
    k = 1
    while term:
        term //= k
        total += term
        k += 1
    return total >> 64


def modp(bits, offset):
    """A prime of RFC 2409 or RFC 3526."""
    return 2**bits - 2**(bits - 64) - 1 + 2**64 * (pi_bits(bits - 130) + offset)


def ffdhe(bits, offset):
    """A prime of RFC 7919, appendix A."""
    return 2**bits - 2**(bits - 64) + (e_bits(bits - 130) + offset) * 2**64 - 1


# Primes that nobody has to search for, by the bits of a modulus of two of them.
PRIMES = {
    4096: (modp(2048, 124476), ffdhe(2048, 560316)),
    8192: (modp(4096, 240904), ffdhe(4096, 5736041)),
    16384: (modp(8192, 4743158), ffdhe(8192, 10965728)),
}


def rsa_numbers(bits):
    """All numbers of a right private key."""
    p, q = PRIMES[bits]
    e = 65537
    d = pow(e, -1, (p - 1) * (q - 1) // math.gcd(p - 1, q - 1))
    return [p * q, e, d, p, q, d % (p - 1), d % (q - 1), pow(q, -1, p)]


def filler(bits, odd=True):
    n = int.from_bytes(hashlib.shake_256(str(bits).encode()).digest((bits + 7) // 8), "big") >> (-bits % 8)
    return n | 1 << (bits - 1) | (1 if odd else 0)


def rsa_private_key(numbers): return sequence(number(0), *map(number, numbers))


# JSON Web Keys

def b64(n, count=None):
    raw = n if isinstance(n, bytes) else n.to_bytes(count or (n.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def rsa_jwk(numbers, kid="k", private=True):
    names = ["n", "e", "d", "p", "q", "dp", "dq", "qi"]
    key = {"kty": "RSA", "alg": "RS256", "kid": kid}
    return key | {name: b64(n) for name, n in zip(names, numbers if private else numbers[:2])}


def openssl_jwk(name, private=True):
    """A key on a curve, made by openssl."""
    okp = name in ("ED25519", "ED448", "X25519", "X448")
    options = [] if okp else ["-pkeyopt", f"ec_paramgen_curve:{name}"]
    der = run(["openssl", "genpkey", "-algorithm", name if okp else "EC", *options, "-outform", "DER"])
    public = run(["openssl", "pkey", "-inform", "DER", "-pubout", "-outform", "DER"], der)
    if okp:
        count = {"ED25519": 32, "ED448": 57, "X25519": 32, "X448": 56}[name]
        crv = {"ED25519": "Ed25519", "ED448": "Ed448", "X25519": "X25519", "X448": "X448"}[name]
        key = {"kty": "OKP", "crv": crv, "x": b64(public[-count:])}
        return key | ({"d": b64(der[-count:])} if private else {})
    count = {"P-256": 32, "P-384": 48, "P-521": 66, "secp256k1": 32}[name]
    key = {"kty": "EC", "crv": name, "x": b64(public[-2 * count:-count]), "y": b64(public[-count:])}
    if not private:
        return key
    start = der.index(bytes([0x04, count])) + 2
    return key | {"d": b64(der[start:start + count])}


def key_set(keys, limit=LIMIT):
    """As many of the keys as fit, 100 at most, each with a name of its own."""
    chosen, size = [], 12
    for position, key in enumerate(keys):
        text = json.dumps(key | {"kid": str(position)}, separators=(",", ":"))
        if size + len(text) + 1 > limit or len(chosen) == 100:
            break
        chosen.append(text)
        size += len(text) + 1
    return ('{"keys":[' + ",".join(chosen) + "]}").encode()


# Passwords

def pbes2(plaintext, iterations=2000, random=None, salt=b"12345678", key_length=b"", real=True):
    """EncryptedPrivateKeyInfo under the password "a"."""
    count = iterations if isinstance(iterations, bytes) else number(iterations)
    hash_name = {None: "sha1", "1.2.840.113549.2.7": "sha1", "1.2.840.113549.2.9": "sha256",
                 "1.2.840.113549.2.11": "sha512"}.get(random, "sha256")
    ciphertext = plaintext + bytes(-len(plaintext) % 16)
    if real:
        secret = hashlib.pbkdf2_hmac(hash_name, b"a", salt, iterations, 32)
        ciphertext = run(["openssl", "enc", "-aes-256-cbc", "-K", secret.hex(), "-iv", "00" * 16], plaintext)
    function = sequence(octets(salt), count, key_length, algorithm(random, NULL) if random else b"")
    scheme = sequence(algorithm("1.2.840.113549.1.5.12", function),
                      algorithm("2.16.840.1.101.3.4.1.42", octets(bytes(16))))
    return sequence(algorithm("1.2.840.113549.1.5.13", scheme), octets(ciphertext))


def scrypt(cost):
    function = algorithm("1.3.6.1.4.1.11591.4.11", sequence(octets(b"salt"), number(cost), number(8), number(1)))
    scheme = sequence(function, algorithm("2.16.840.1.101.3.4.1.42", octets(bytes(16))))
    return sequence(algorithm("1.2.840.113549.1.5.13", scheme), octets(bytes(64)))


# Inputs

DSA, DH, DHX = "1.2.840.10040.4.1", "1.2.840.113549.1.3.1", "1.2.840.10046.2.1"
EC = "1.2.840.10045.2.1"


def certificate(spki, extra=b""):
    name = sequence()
    validity = sequence(value(0x17, b"260101000000Z"), value(0x17, b"270101000000Z"))
    signature = algorithm("1.2.840.113549.1.1.11", NULL)
    body = sequence(value(0xA0, number(2)), number(1), signature, name, validity, name, spki, extra)
    return sequence(body, signature, bits(b"0"))


def inputs():
    # Their public half follows from modulus, base and private number: the longer all three, the longer it takes.
    for size in (2048, 4096, 8192, 16384, 32768, 65536, 90000):
        p, q, g, x = filler(size), filler(256), filler(size - 8), filler(size - 16)
        for name, type in (("DSA", algorithm(DSA, sequence(number(p), number(q), number(g)))),
                           ("DSA, long q", algorithm(DSA, sequence(number(p), number(x), number(g)))),
                           ("DH", algorithm(DH, sequence(number(p), number(g), number(size)))),
                           ("DH, short", algorithm(DH, sequence(number(p), number(g)))),
                           ("X9.42 DH", algorithm(DHX, sequence(number(p), number(g), number(q))))):
            yield f"{name}, private, {size} bits", pem("PRIVATE KEY", private_key_info(type, number(x)))
            yield f"{name}, public, {size} bits", pem("PUBLIC KEY", public_key_info(type, number(g)))
    dsa = algorithm(DSA, sequence(number(filler(16384)), number(filler(4096)), number(filler(16380))))
    yield "DSA, under a password", pem("ENCRYPTED PRIVATE KEY", pbes2(private_key_info(dsa, number(filler(16000)))))
    yield "DSA, old form", pem("DSA PRIVATE KEY", sequence(number(0), number(filler(9000)), number(filler(9000))))

    for size in (4096, 8192, 16384, 65536, 240000):
        n, e = filler(size), filler(size // 2)
        for exponent in (65537, (1 << 33) - 1, e):
            der = sequence(number(n), number(exponent))
            name = f"RSA, public, {size} bits, exponent of {exponent.bit_length()}"
            yield name, pem("PUBLIC KEY", public_key_info(RSA, der))
            yield name + ", PKCS #1", pem("RSA PUBLIC KEY", der)
    for size in PRIMES:
        numbers = rsa_numbers(size)
        key = rsa_private_key(numbers)
        yield f"RSA, private, {size} bits", pem("PRIVATE KEY", private_key_info(RSA, key))
        yield f"RSA, private, {size} bits, PKCS #1", pem("RSA PRIVATE KEY", key)
        yield f"RSA, private, {size} bits, DER", private_key_info(RSA, key)
        pss = algorithm("1.2.840.113549.1.1.10")
        yield f"RSA-PSS, private, {size} bits", pem("PRIVATE KEY", private_key_info(pss, key))
        info = private_key_info(RSA, key)
        yield f"RSA, private, {size} bits, under a password of 1,000,000 iterations", pem(
            "ENCRYPTED PRIVATE KEY", pbes2(info, 1_000_000, "1.2.840.113549.2.9"))
        yield f"RSA, private, {size} bits, JWK", json.dumps(rsa_jwk(numbers)).encode()
        bare = {name: part for name, part in rsa_jwk(numbers).items() if name != "alg"}
        yield f"RSA, private, {size} bits, JWK without alg", json.dumps(bare).encode()
        for limit in (LIMIT, 8 * LIMIT):
            keys = (rsa_jwk(numbers) for _ in range(100))
            yield f"RSA, private, {size} bits, a set of {limit // 1024} kB", key_set(keys, limit)
        wrong = list(numbers)
        wrong[7] ^= 2
        yield f"RSA, private, {size} bits, a wrong coefficient", pem("RSA PRIVATE KEY", rsa_private_key(wrong))
        squares = list(numbers)
        squares[3] = squares[4] = numbers[3]
        yield f"RSA, private, {size} bits, one prime twice", pem("RSA PRIVATE KEY", rsa_private_key(squares))
    # Mersenne primes: right keys of odd lengths, and of primes that differ in length.
    for p, q in ((9941, 4423), (11213, 4423), (9689, 9941), (44497, 21701), (2203, 2281)):
        p, q = 2**p - 1, 2**q - 1
        e, period = 65537, (p - 1) * (q - 1) // math.gcd(p - 1, q - 1)
        if math.gcd(e, period) != 1:
            e = 65539
        d = pow(e, -1, period) if math.gcd(e, period) == 1 else 3
        numbers = [p * q, e, d, p, q, d % (p - 1), d % (q - 1), pow(q, -1, p)]
        der = rsa_private_key(numbers)
        yield f"RSA, Mersenne primes of {p.bit_length()} and {q.bit_length()} bits", pem("RSA PRIVATE KEY", der)[:LIMIT]
    # A prime less one that many times two divides: most of the exponentiation is squarings.
    even = (1 << 8190) * 3 + 1
    numbers = [even * PRIMES[16384][0]] + rsa_numbers(16384)[1:3] + [even, PRIMES[16384][0], 3, 3, 3]
    yield "RSA, a prime of few odd parts", pem("RSA PRIVATE KEY", rsa_private_key(numbers))
    yield "RSA, many primes", pem("RSA PRIVATE KEY", sequence(number(1), *[number(filler(2000)) for _ in range(180)]))
    yield "RSA, public, a set", key_set(rsa_jwk(rsa_numbers(16384), private=False) for _ in range(100))
    yield "RSA, public, a set of 512 kB", key_set((rsa_jwk([filler(16384), (1 << 33) - 1], private=False)
                                                   for _ in range(100)), 8 * LIMIT)

    for size in (256, 2048, 16384, 60000):
        p = filler(size)
        field = sequence(identifier("1.2.840.10045.1.1"), number(p))
        point = b"\x04" + p.to_bytes((size + 7) // 8, "big") * 2
        curve = sequence(octets(b"\1"), octets(b"\2"))
        explicit = algorithm(EC, sequence(number(1), field, curve, octets(point), number(p), number(1)))
        binary = sequence(identifier("1.2.840.10045.1.2"),
                          sequence(number(size), identifier("1.2.840.10045.1.2.3.2"), number(7)))
        explicit2 = algorithm(EC, sequence(number(1), binary, curve, octets(point), number(p), number(1)))
        for name, type in (("prime", explicit), ("binary", explicit2)):
            yield f"EC, {name} field of {size} bits by parameters, public", pem("PUBLIC KEY", public_key_info(type, point))
            key = sequence(number(1), octets(p.to_bytes((size + 7) // 8, "big")))
            yield f"EC, {name} field of {size} bits by parameters, private", pem("PRIVATE KEY", private_key_info(type, key))
    p256 = algorithm(EC, identifier("1.2.840.10045.3.1.7"))
    for size in (33, 1000, 40000):
        yield f"EC, a private number of {size} bytes", pem(
            "PRIVATE KEY", private_key_info(p256, sequence(number(1), octets(b"\1" * size))))
        yield f"EC, a point of {size} bytes", pem("PUBLIC KEY", public_key_info(p256, b"\4" + b"\1" * size))
        yield f"Ed25519, {size} bytes", pem("PUBLIC KEY", public_key_info(algorithm("1.3.101.112"), b"\1" * size))
    for name in ("P-256", "P-384", "P-521", "secp256k1", "ED25519", "ED448", "X25519", "X448"):
        for private in (True, False):
            key = openssl_jwk(name, private)
            yield f"{name}, {'private' if private else 'public'}, a set", key_set(key for _ in range(100))
    yield "secp521r1 without its point", pem("EC PRIVATE KEY", sequence(
        number(1), octets(b"\1" * 66), value(0xA0, identifier("1.3.132.0.35"))))
    yield "P-521, compressed", pem("PUBLIC KEY", public_key_info(
        algorithm(EC, identifier("1.3.132.0.35")), b"\2" + b"\1" * 66))

    info = private_key_info(p256, sequence(number(1), octets(b"\1" * 32)))
    yield "PBKDF2, a negative count", pem("ENCRYPTED PRIVATE KEY", pbes2(info, value(2, b"\xFF"), real=False))
    yield "PBKDF2, -2^31", pem("ENCRYPTED PRIVATE KEY", pbes2(info, value(2, b"\x80\0\0\0"), real=False))
    yield "PBKDF2, a count of nine bytes", pem("ENCRYPTED PRIVATE KEY", pbes2(info, value(2, b"\1" * 9), real=False))
    for count in (1_000_001, 10_000_000, 2**31 - 1, 2**63 - 1, 1 << 60000):
        yield f"PBKDF2, a count of {count.bit_length()} bits", pem("ENCRYPTED PRIVATE KEY", pbes2(
            info, number(count), real=False))
    for name, random in (("SHA-1", None), ("SHA-256", "1.2.840.113549.2.9"), ("SHA-512", "1.2.840.113549.2.11")):
        yield f"PBKDF2, 1,000,000 times HMAC with {name}", pem("ENCRYPTED PRIVATE KEY", pbes2(info, 1_000_000, random))
    yield "PBKDF2, 1,000,000 times, a wrong password", pem("ENCRYPTED PRIVATE KEY", pbes2(
        info, number(1_000_000), "1.2.840.113549.2.11", real=False))
    yield "PBKDF2, 1,000,000 times, a salt of 40 kB", pem("ENCRYPTED PRIVATE KEY", pbes2(
        info, number(1_000_000), salt=bytes(40000), real=False))
    yield "PBKDF2, 1,000,000 times, a long key", pem("ENCRYPTED PRIVATE KEY", pbes2(
        info, number(1_000_000), key_length=number(2**31 - 1), real=False))
    yield "PBKDF2, 1,000,000 times, 45 kB of ciphertext", pem("ENCRYPTED PRIVATE KEY", pbes2(
        bytes(45000), number(1_000_000), "1.2.840.113549.2.11", real=False))
    for cost in (2**14, 2**20, 2**40):
        yield f"scrypt, N of {cost.bit_length()} bits", pem("ENCRYPTED PRIVATE KEY", scrypt(cost))
    pbes1 = algorithm("1.2.840.113549.1.12.1.3", sequence(octets(b"saltsalt"), number(2**31 - 1)))
    yield "PKCS #12's own scheme", pem("ENCRYPTED PRIVATE KEY", sequence(pbes1, octets(bytes(64))))
    twice = pbes2(pbes2(info, 1_000_000, "1.2.840.113549.2.9"), 1_000_000, "1.2.840.113549.2.9")
    yield "a key encrypted twice", pem("ENCRYPTED PRIVATE KEY", twice)
    yield "OpenSSL's old encryption", (b"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n"
                                       b"DEK-Info: AES-256-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n")

    nested = b""
    while len(nested) < 40000:
        nested = value(0x30, nested)
    for tag, name in ((0x30, "sequences"), (0xA0, "tags"), (0x24, "octet strings")):
        deep = b""
        while len(deep) < 22000:
            deep = value(tag, deep)
        yield f"nested {name}", pem("PRIVATE KEY", sequence(number(0), RSA, octets(deep), deep))
    yield "nested sequences, public", pem("PUBLIC KEY", sequence(nested, bits(b"")))
    yield "indefinite lengths", pem("PRIVATE KEY", b"\x30\x80" * 20000 + b"\0\0" * 100)
    yield "a long object identifier", pem("PUBLIC KEY", sequence(sequence(value(6, b"\x81" * 40000 + b"\1")), bits(b"")))
    yield "many attributes", pem("PRIVATE KEY", sequence(number(0), RSA, octets(b"\1"), value(0xA0, NULL * 20000)))
    yield "certificate, RSA of 16,384 bits", pem("CERTIFICATE", certificate(public_key_info(
        RSA, sequence(number(filler(16384)), number(65537)))))
    yield "certificate, DSA", pem("CERTIFICATE", certificate(public_key_info(dsa, number(filler(8000)))))
    yield "certificate, 40 kB of extensions", pem("CERTIFICATE", certificate(
        public_key_info(p256, b"\4" + b"\1" * 64), value(0xA3, nested)))
    yield "certificate, indefinite lengths", pem("CERTIFICATE", b"\x30\x80" * 20000)

    yield "PEM, beginnings", (b"-----BEGIN " * 6000)[:LIMIT]
    yield "PEM, dashes", b"-----BEGIN PUBLIC KEY-----" + b"-" * 65000
    yield "PEM, endings", b"-----BEGIN A-----\n" + b"-----END \n" * 6000
    yield "PEM, blocks", (pem("A", b"\1") * 2000)[:LIMIT]
    yield "PEM, certificates", (pem("CERTIFICATE", b"\1") * 1000)[:LIMIT - 60]
    yield "PEM, a long name", b"-----BEGIN " + b"A" * 32000 + b"-----\nAAAA\n-----END " + b"A" * 32000 + b"-----"
    yield "PEM, backslashes", b"-----BEGIN PUBLIC KEY-----" + b"\\n" * 30000 + b"-----END PUBLIC KEY-----"
    yield "JSON, brackets", b"[" * LIMIT
    yield "JSON, objects", b'{"a":' * 13000
    yield "JSON, members", ("{" + ",".join(f'"a{i}":1' for i in range(6500)) + "}").encode()
    yield "JSON, operations", json.dumps({"kty": "RSA", "key_ops": ["x"] * 12000}).encode()
    yield "JSON, escapes", ('{"kty":"' + "\\u0041" * 10000 + '"}').encode()
    yield "JSON, a long number", b'{"kty":' + b"9" * 65000 + b"}"
    yield "JSON, a long n", json.dumps({"kty": "RSA", "n": "A" * 32000, "e": "B" * 32000}).encode()
    yield "JSON, an even n", json.dumps({"kty": "RSA", "n": b64(filler(16384) & ~1), "e": "AQAB"}).encode()
    yield "shared secrets, a set", key_set({"kty": "oct", "alg": "HS512", "k": b64(bytes(500))} for _ in range(100))
    yield "zeros", bytes(LIMIT)
    yield "nothing", b""


def run(command, stdin=b""):
    return subprocess.run(command, input=stdin, capture_output=True, check=True).stdout


def children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measured(command):
    before = children()
    outcome = subprocess.run(command, capture_output=True, timeout=300)
    return children() - before, outcome


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--policy", required=True, help="the command line")
    parser.add_argument("--readers", help="the program of Tests/Fuzz/KeyTimes.swift")
    parser.add_argument("--folder", required=True, help="where the inputs are written")
    parser.add_argument("--only", help="inputs whose name holds this text")
    arguments = parser.parse_args()
    os.makedirs(arguments.folder, exist_ok=True)
    password = os.path.join(arguments.folder, "password")
    with open(password, "w") as file:
        file.write("a\n")
    failures, worst = 0, (0.0, "")
    print(f"{'input':74} {'bytes':>7} {'inspect s':>9} {'reader s':>9}  slowest reader")
    for position, (name, data) in enumerate(inputs()):
        if arguments.only and arguments.only not in name:
            continue
        path = os.path.join(arguments.folder, f"{position:03}")
        with open(path, "wb") as file:
            file.write(data)
        options = []
        if b"BEGIN ENCRYPTED" in data:
            options = ["--password-file", password]
        elif b"BEGIN CERTIFICATE" in data:
            options = ["--certificate"]
        seconds, outcome = measured([arguments.policy, "keys", "inspect", path, *options])
        if outcome.returncode not in (0, 1):
            print(f"{name}: policy keys inspect ended with {outcome.returncode}", file=sys.stderr)
            failures += 1
        reader, slowest = 0.0, ""
        if arguments.readers:
            _, outcome = measured([arguments.readers, path])
            if outcome.returncode != 0:
                print(f"{name}: the readers ended with {outcome.returncode}", file=sys.stderr)
                failures += 1
            for line in outcome.stdout.decode().splitlines():
                label, _, taken = line.rpartition("\t")
                if float(taken) > reader:
                    reader, slowest = float(taken), label
        too_long = max(seconds, reader) > SECOND
        failures += too_long
        worst = max(worst, (seconds, name), (reader, name))
        mark = "  TOO LONG" if too_long else ""
        print(f"{name:74} {len(data):7} {seconds:9.3f} {reader:9.3f}  {slowest}{mark}", flush=True)
    print(f"the slowest took {worst[0]:.3f} s: {worst[1]}; allowed is {SECOND:g} s of CPU")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
