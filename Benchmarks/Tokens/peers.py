#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""PyJWT and joserfc doing what TokenWorker does, asked in the same way: see run.py."""

from __future__ import annotations

import gc
import importlib
import sys
import time
from collections.abc import Callable
from pathlib import Path

ALGORITHMS = ("HS256", "RS256", "ES256", "EdDSA")
ISSUER, SUBJECT, AUDIENCE = "https://id.example", "0b5c6c1e-7f0d-4c55", "https://api.example"
BATCH_SECONDS = 0.02

Operation = Callable[[], object]


def claims() -> dict[str, object]:
    now = int(time.time())
    return {"iss": ISSUER, "sub": SUBJECT, "aud": AUDIENCE, "exp": now + 3600, "iat": now, "role": "editor"}


def pyjwt(algorithm: str, key: bytes, token: str) -> dict[str, Operation]:
    jwt = importlib.import_module("jwt")
    if algorithm == "HS256":
        signing = verifying = key
    else:
        signing = importlib.import_module("cryptography.hazmat.primitives.serialization").load_pem_private_key(key, None)
        verifying = signing.public_key()
    header = {"kid": "2026-11"}

    def verify() -> object:
        found = jwt.decode(
            token,
            verifying,
            algorithms=[algorithm],
            issuer=ISSUER,
            audience=AUDIENCE,
            options={"require": ["exp"]},
        )
        assert found["role"] == "editor"
        return found

    return {"verify": verify, "issue": lambda: jwt.encode(claims(), signing, algorithm, headers=header)}


def joserfc(algorithm: str, key: bytes, token: str) -> dict[str, Operation]:
    jwk, jwt = importlib.import_module("joserfc.jwk"), importlib.import_module("joserfc.jwt")
    kinds = {"HS256": jwk.OctKey, "RS256": jwk.RSAKey, "ES256": jwk.ECKey, "EdDSA": jwk.OKPKey}
    loaded = kinds[algorithm].import_key(key)
    header = {"alg": algorithm, "typ": "JWT", "kid": "2026-11"}
    registry = jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": ISSUER},
        aud={"essential": True, "value": AUDIENCE},
        exp={"essential": True},
    )

    def verify() -> object:
        found = jwt.decode(token, loaded, algorithms=[algorithm])
        registry.validate(found.claims)
        assert found.claims["role"] == "editor"
        return found

    return {"verify": verify, "issue": lambda: jwt.encode(header, claims(), loaded, algorithms=[algorithm])}


def seconds(operation: Operation, times: int) -> float:
    start = time.process_time()
    for _ in range(times):
        operation()
    return time.process_time() - start


def main() -> None:
    directory = Path(sys.argv[1])
    operations: dict[str, tuple[Operation, int]] = {}
    for subject, make in (("PyJWT", pyjwt), ("joserfc", joserfc)):
        for algorithm in ALGORITHMS:
            key = (directory / f"{algorithm}.key").read_bytes()
            token = (directory / f"{algorithm}.token").read_text()
            for name, operation in make(algorithm, key, token).items():
                operation()
                times = max(1, int(BATCH_SECONDS / max(seconds(operation, 10) / 10, 1e-7)))
                operations[f"{subject}/{algorithm}/{name}"] = (operation, times)
                print(f"{subject}/{algorithm}/{name}", flush=True)
    print("", flush=True)
    gc.disable()
    for line in sys.stdin:
        operation, times = operations[line.strip()]
        print(seconds(operation, times) / times * 1e9, flush=True)


if __name__ == "__main__":
    main()
