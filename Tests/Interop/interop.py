#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Exchanges tokens with PyJWT, joserfc and the command `jose` over files, both ways: see Scripts/interop.

For every algorithm that Writ and a peer both have: what the peer signs or encrypts, `policy token verify` must take, and
what `policy token issue` makes, the peer must take; and neither takes it once a character is changed. A key is made by
`policy keys generate`.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

warnings.filterwarnings("ignore")

SIGNATURES = [
    "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512",
    "ES256", "ES384", "ES512", "ES256K", "EdDSA", "Ed25519", "Ed448",
]  # fmt: skip
ENCRYPTIONS = ["A128CBC-HS256", "A192CBC-HS384", "A256CBC-HS512", "A128GCM", "A192GCM", "A256GCM"]
KEY_MANAGEMENT = [
    ("dir", None), ("A128KW", None), ("A192KW", None), ("A256KW", None),
    ("A128GCMKW", None), ("A192GCMKW", None), ("A256GCMKW", None), ("RSA-OAEP", None), ("RSA-OAEP-256", None),
    ("RSA-OAEP-384", None), ("RSA-OAEP-512", None),
    *((algorithm, curve) for algorithm in ("ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A192KW", "ECDH-ES+A256KW")
      for curve in ("P-256", "P-384", "P-521", "X25519", "X448")),
    ("PBES2-HS256+A128KW", None), ("PBES2-HS384+A192KW", None), ("PBES2-HS512+A256KW", None),
]  # fmt: skip
# Unless told otherwise Writ issues 600,000, which joserfc refuses, and reads 10,000, where jose makes more.
ITERATIONS = "8192"


class Refused(Exception):
    """A peer does not take a token."""


class NotThere(Exception):
    """A peer does not have an algorithm."""


class Writ:
    def __init__(self, policy: str, directory: Path) -> None:
        self.policy, self.directory = policy, directory

    def run(self, *arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run([self.policy, *arguments], input=text, capture_output=True, text=True, timeout=60)

    def key(self, name: str, algorithm: str, curve: str | None) -> Path:
        path = self.directory / f"{name}.jwk"
        if path.exists():
            return path
        options = ["--curve", curve] if curve else []
        if algorithm.startswith(("RS", "PS")):
            options += ["--bits", "2048"]
        made = self.run("keys", "generate", "--algorithm", algorithm, "--output", str(path), *options)
        assert made.returncode == 0, made.stderr
        return path

    def verify(self, key: Path, token: str) -> dict[str, Any]:
        done = self.run("token", "verify", "--keys", str(key), "--token", "-", "--issuer", "them", "--format", "json", text=token)
        return self.payload(done, "claims")

    def decrypt(self, key: Path, token: str) -> dict[str, Any]:
        options = ["--payload", "any", "--format", "json", "--max-iterations", "1000000"]
        return self.payload(self.run("token", "verify", "--keys", str(key), "--token", "-", *options, text=token), "payload")

    def payload(self, done: subprocess.CompletedProcess[str], name: str) -> dict[str, Any]:
        if done.returncode != 0:
            raise Refused(done.stdout + done.stderr)
        return json.loads(done.stdout)[name]

    def issue(self, key: Path, *options: str) -> str:
        done = self.run("token", "issue", "--key", str(key), "--issuer", "us", "--subject", "ann", *options)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


def claims() -> dict[str, Any]:
    return {"iss": "them", "sub": "ann", "exp": int(time.time()) + 600}


class PyJWT:
    name = "PyJWT"

    def __init__(self) -> None:
        import jwt

        self.jwt = jwt

    def load(self, algorithm: str, key: Path) -> Any:
        name = "EdDSA" if algorithm in ("Ed25519", "Ed448") else algorithm
        if algorithm in ("Ed25519", "Ed448") or name not in self.jwt.algorithms.get_default_algorithms():
            raise NotThere
        return self.jwt.PyJWK.from_dict(json.loads(key.read_text()), algorithm=name)

    def sign(self, algorithm: str, key: Path) -> str:
        return self.jwt.encode(claims(), self.load(algorithm, key).key, algorithm)

    def verify(self, algorithm: str, key: Path, token: str) -> dict[str, Any]:
        loaded = self.load(algorithm, key).key
        public = loaded.public_key() if hasattr(loaded, "public_key") else loaded
        try:
            return self.jwt.decode(token, public, algorithms=[algorithm], issuer="us")
        except self.jwt.PyJWTError as error:
            raise Refused(str(error)) from None


class Joserfc:
    name = "joserfc"

    def __init__(self) -> None:
        from joserfc import errors, jwe, jwk, jws, jwt

        self.errors, self.jwe, self.jwk, self.jws, self.jwt = errors, jwe, jwk, jws, jwt

    def load(self, key: Path) -> Any:
        return self.jwk.import_key(json.loads(key.read_text()))

    def attempt(self, body: Callable[[], Any]) -> Any:
        try:
            return body()
        except self.errors.UnsupportedAlgorithmError:
            raise NotThere from None
        except (self.errors.JoseError, ValueError) as error:
            if "unsupported" in str(error).lower() or "not supported" in str(error).lower():
                raise NotThere from None
            raise Refused(repr(error)) from None

    def sign(self, algorithm: str, key: Path) -> str:
        return self.attempt(lambda: self.jwt.encode({"alg": algorithm}, claims(), self.load(key), algorithms=[algorithm]))

    def verify(self, algorithm: str, key: Path, token: str) -> dict[str, Any]:
        return self.attempt(lambda: self.jwt.decode(token, self.load(key), algorithms=[algorithm]).claims)

    def encrypt(self, algorithm: str, encryption: str, key: Path, text: str) -> str:
        header = {"alg": algorithm, "enc": encryption}
        return self.attempt(
            lambda: self.jwe.encrypt_compact(header, text, self.load(key), algorithms=[algorithm, encryption])
        )

    def decrypt(self, algorithm: str, encryption: str, key: Path, token: str) -> str:
        found = self.attempt(
            lambda: self.jwe.decrypt_compact(token, self.load(key), algorithms=[algorithm, encryption])
        )
        return found.plaintext.decode()


class Jose:
    """Debian's command."""

    name = "jose"

    def __init__(self) -> None:
        self.algorithms = set(self.run("alg").stdout.split())

    def run(self, *arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(["jose", *arguments], input=text, capture_output=True, text=True, timeout=60)

    def require(self, *algorithms: str) -> None:
        if not self.algorithms.issuperset(algorithms):
            raise NotThere

    def take(self, done: subprocess.CompletedProcess[str]) -> str:
        if done.returncode != 0:
            raise Refused(done.stderr)
        return done.stdout

    def sign(self, algorithm: str, key: Path) -> str:
        self.require(algorithm)
        template = json.dumps({"protected": {"alg": algorithm}})
        text = json.dumps(claims())
        return self.take(self.run("jws", "sig", "-I", "-", "-s", template, "-k", str(key), "-c", text=text)).strip()

    def verify(self, algorithm: str, key: Path, token: str) -> dict[str, Any]:
        self.require(algorithm)
        return json.loads(self.take(self.run("jws", "ver", "-i", "-", "-k", str(key), "-O", "-", text=token)))

    def bare(self, key: Path) -> Path:
        # `jose` takes no key that says it is for one algorithm, and knows no keys of type OKP.
        loaded = json.loads(key.read_text())
        if loaded["kty"] == "OKP":
            raise NotThere
        bare = key.with_suffix(".bare")
        bare.write_text(json.dumps({name: value for name, value in loaded.items() if name not in ("alg", "use", "key_ops")}))
        return bare

    def encrypt(self, algorithm: str, encryption: str, key: Path, text: str) -> str:
        self.require(algorithm, encryption)
        bare = self.bare(key)
        template = json.dumps({"protected": {"alg": algorithm, "enc": encryption}})
        return self.take(self.run("jwe", "enc", "-i", template, "-I", "-", "-k", str(bare), "-c", text=text)).strip()

    def decrypt(self, algorithm: str, encryption: str, key: Path, token: str) -> str:
        self.require(algorithm, encryption)
        return self.take(self.run("jwe", "dec", "-i", "-", "-k", str(self.bare(key)), text=token))


def decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


class Cryptography:
    """The wider digests of RSA-OAEP, which the others lack: the parts of RFC 7516 out of the `cryptography` that PyJWT brings."""

    name = "cryptography"
    digests = {"RSA-OAEP-384": "SHA384", "RSA-OAEP-512": "SHA512"}

    def __init__(self) -> None:
        import jwt
        from cryptography import exceptions
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import padding
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        self.jwt, self.hashes, self.padding, self.gcm, self.invalid = jwt, hashes, padding, AESGCM, exceptions.InvalidTag
        self.verify = PyJWT().verify

    def load(self, algorithm: str, encryption: str, key: Path) -> tuple[Any, Any]:
        if algorithm not in self.digests or not encryption.endswith("GCM"):
            raise NotThere
        digest = getattr(self.hashes, self.digests[algorithm])()
        padding = self.padding.OAEP(self.padding.MGF1(digest), digest, None)
        return self.jwt.PyJWK.from_dict(json.loads(key.read_text()), algorithm="RS256").key, padding

    def encrypt(self, algorithm: str, encryption: str, key: Path, text: str) -> str:
        loaded, padding = self.load(algorithm, encryption, key)
        secret, nonce = os.urandom(int(encryption[1:4]) // 8), os.urandom(12)
        encode = self.jwt.utils.base64url_encode
        header = encode(json.dumps({"alg": algorithm, "enc": encryption}).encode())
        sealed = self.gcm(secret).encrypt(nonce, text.encode(), header)
        wrapped = loaded.public_key().encrypt(secret, padding)
        return b".".join([header, *map(encode, (wrapped, nonce, sealed[:-16], sealed[-16:]))]).decode()

    def decrypt(self, algorithm: str, encryption: str, key: Path, token: str) -> str:
        loaded, padding = self.load(algorithm, encryption, key)
        header, *parts = token.split(".")
        wrapped, nonce, sealed, tag = map(decoded, parts)
        try:
            return self.gcm(loaded.decrypt(wrapped, padding)).decrypt(nonce, sealed + tag, header.encode()).decode()
        except (self.invalid, ValueError) as error:
            raise Refused(repr(error)) from None


def spoilt(token: str) -> str:
    """The token with another byte in the middle of its last part."""
    start = token.rindex(".") + 1
    place = (start + len(token)) // 2
    return token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]


class Exchange:
    def __init__(self, writ: Writ, is_verbose: bool) -> None:
        self.writ, self.is_verbose = writ, is_verbose
        self.passed, self.failures = 0, []  # type: ignore[var-annotated]
        self.missing: dict[str, set[str]] = {}

    def check(self, what: str, is_right: bool, detail: str = "") -> None:
        if is_right:
            self.passed += 1
        else:
            self.failures.append(f"{what}: {detail.strip()[:300]}")

    def case(self, peer: Any, what: str, algorithm: str, body: Callable[[], None]) -> None:
        try:
            body()
        except NotThere:
            self.missing.setdefault(peer.name, set()).add(algorithm)
        except Refused as error:
            self.check(what, False, str(error))
        if self.is_verbose:
            print(what, file=sys.stderr)

    def is_refused(self, body: Callable[[], object]) -> bool:
        try:
            body()
        except Refused:
            return True
        return False

    def signatures(self, peer: Any, algorithm: str) -> None:
        key = self.writ.key(algorithm, algorithm, "Ed25519" if algorithm == "EdDSA" else None)

        def theirs() -> None:
            token = peer.sign(algorithm, key)
            self.check(f"{peer.name} {algorithm} to Writ", self.writ.verify(key, token)["sub"] == "ann")
            self.check(f"{peer.name} {algorithm} spoilt", self.is_refused(lambda: self.writ.verify(key, spoilt(token))))

        def ours() -> None:
            token = self.writ.issue(key)
            self.check(f"Writ {algorithm} to {peer.name}", peer.verify(algorithm, key, token)["sub"] == "ann")
            self.check(
                f"Writ {algorithm} to {peer.name}, spoilt",
                self.is_refused(lambda: peer.verify(algorithm, key, spoilt(token))),
            )

        self.case(peer, f"{peer.name} {algorithm} to Writ", algorithm, theirs)
        self.case(peer, f"Writ {algorithm} to {peer.name}", algorithm, ours)

    def encryptions(self, peer: Any, algorithm: str, curve: str | None, encryption: str) -> None:
        name = f"{algorithm}{' ' + curve if curve else ''} {encryption}"
        if algorithm == "dir":
            key = self.writ.directory / f"dir-{encryption}.jwk"
            count = {"A128GCM": 16, "A192GCM": 24, "A256GCM": 32, "A128CBC-HS256": 32, "A192CBC-HS384": 48, "A256CBC-HS512": 64}
            secret = base64.urlsafe_b64encode(bytes(range(count[encryption]))).decode().rstrip("=")
            key.write_text(json.dumps({"kty": "oct", "k": secret, "alg": "dir", "use": "enc"}))
        else:
            key = self.writ.key(f"{algorithm}-{curve}".replace("+", "_"), algorithm, curve)
        signing = self.writ.key("ES256", "ES256", None)
        text = json.dumps({"note": "é", "sub": "ann"})

        def theirs() -> None:
            token = peer.encrypt(algorithm, encryption, key, text)
            self.check(f"{peer.name} {name} to Writ", self.writ.decrypt(key, token) == json.loads(text))
            self.check(f"{peer.name} {name} spoilt", self.is_refused(lambda: self.writ.decrypt(key, spoilt(token))))

        def ours() -> None:
            options = ["--encrypt-to", str(key), "--encryption", encryption]
            if algorithm.startswith("PBES2"):
                options += ["--iterations", ITERATIONS]
            token = self.writ.issue(signing, *options)
            inner = peer.decrypt(algorithm, encryption, key, token)
            self.check(f"Writ {name} to {peer.name}", peer.verify("ES256", signing, inner)["sub"] == "ann")
            self.check(
                f"Writ {name} to {peer.name}, spoilt",
                self.is_refused(lambda: peer.decrypt(algorithm, encryption, key, spoilt(token))),
            )

        self.case(peer, f"{peer.name} {name} to Writ", f"{algorithm}{' ' + curve if curve else ''}", theirs)
        self.case(peer, f"Writ {name} to {peer.name}", f"{algorithm}{' ' + curve if curve else ''}", ours)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--policy", required=True, help="the built command")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        exchange = Exchange(Writ(options.policy, Path(directory)), options.verbose)
        for make in (PyJWT, Joserfc, Jose, Cryptography):
            peer = make()
            if hasattr(peer, "sign"):
                for algorithm in SIGNATURES:
                    exchange.signatures(peer, algorithm)
            if hasattr(peer, "encrypt"):
                for algorithm, curve in KEY_MANAGEMENT:
                    for encryption in ENCRYPTIONS:
                        exchange.encryptions(peer, algorithm, curve, encryption)
    for name, algorithms in exchange.missing.items():
        print(f"not in {name}: {', '.join(sorted(algorithms))}")
    for failure in exchange.failures:
        print(f"failed: {failure}")
    print(f"{exchange.passed} passed, {len(exchange.failures)} failed")
    sys.exit(1 if exchange.failures else 0)


if __name__ == "__main__":
    main()
