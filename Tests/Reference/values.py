# SPDX-License-Identifier: Apache-2.0
"""Types, and the pools that values are drawn from: small ones, so that things meet, with the edges in them."""

from __future__ import annotations

import random
from dataclasses import dataclass

MAX = 2**63 - 1
MIN = -(2**63)
MS_PER_DAY = 86_400_000


@dataclass(frozen=True)
class Type:
    kind: str
    element: Type | None = None
    fields: tuple[tuple[str, Type], ...] = ()


BOOL, LONG, STRING, ENTITY = Type("Bool"), Type("Long"), Type("String"), Type("Entity")
DECIMAL, IP, DATETIME, DURATION = Type("decimal"), Type("ip"), Type("datetime"), Type("duration")
EXTENSIONS = (DECIMAL, IP, DATETIME, DURATION)
SCALARS = (BOOL, LONG, STRING, ENTITY, *EXTENSIONS)


def set_of(element: Type) -> Type:
    return Type("Set", element)


def record(**fields: Type) -> Type:
    return Type("Record", None, tuple(fields.items()))


NAMES = (
    "a", "b", "name", "age", "owner", "tags", "addr", "cost", "since", "ttl", "flags", "peers", "info", "permit",
    "when", "context", "principal", "_x9", "Set", "isEmpty", "a b", "", "é", "e\u0301", "if", "in", "__cedar", 'q"',
    "n\n", "😀", "has",
)  # fmt: skip
RESERVED = frozenset({"true", "false", "if", "then", "else", "in", "is", "like", "has", "__cedar"})
TYPES = (
    "User", "Group", "Doc", "App::Doc", "App::User", "A::B::C", "permit", "Set", "principal", "_t", "Long", "ip",
)  # fmt: skip
ACTION_TYPES = ("Action", "Action", "Action", "App::Action")
IDS = (
    "a", "b", "c", "d", "e", "alice", "bob", "o'brien", 'q"x', "back\\slash", "é", "e\u0301", "", "\0", "x\0y",
    "line\nfeed", "\r\n", "😀", "👩\u200d👩\u200d👧", "tab\t",
    "*", "\u200b", "\ufeff", "A", "\uff41", "\u2028", "\x7f", "\U0010ffff",
)  # fmt: skip
STRINGS = (
    "a", "ab", "abc", "b", "bar", "a*b", "*", "**", "", "aXbXc", "é", "e\u0301", "école", "😀", "a😀b", 'say "hi"',
    "back\\slash", "line\nfeed", "\0", "'", "tab\there", "\r", "aaaaaaab", "1.5", "10.0.0.1", "2024-01-01", "1h",
    "\ud7ff", "\ue000", "İ", "ß", "SS",
)  # fmt: skip
LONGS = (0, 1, 2, 3, 5, 7, 10, 60, 1000, 1024, MS_PER_DAY)
EDGE_LONGS = (MAX, MIN, MAX - 1, MIN + 1, MAX // 2, MIN // 2, 2**31, 2**32, 3037000500, -3037000500)
IPS = (
    "127.0.0.1", "10.0.0.0/8", "10.1.2.3", "10.1.0.0/16", "10.1.2.3/16", "::1", "::", "ff00::/8", "224.0.0.0/4",
    "::ffff:7f00:1", "0.0.0.0/0", "::/0", "127.0.0.0/7", "127.0.0.0/8", "2001:db8::/32", "2001:db8::1",
    "255.255.255.255", "1.2.3.4/32", "ff02::1/128", "::1/127", "1:2:3:4:5:6:7:8", "1::8", "1:0:0:0:0:0:0:8", "FE80::A",
    "0:0:0:0:0:0:0:1", "239.1.1.1", "fe00::/7", "::1/0",
)  # fmt: skip
BAD_IPS = (
    "127.0.0.256", "01.2.3.4", "::ffff:1.2.3.4", "1.2.3.4/33", "1.2.3.4/08", "", "1.2.3", "::1::", "1:2:3:4:5:6:7:8::",
    "10.0.0.0/", "[::1]", "fe80::1%eth0", "12345::", " 1.1.1.1", "1.1.1.1 ", "1.1.1.1/-1", "1.1.1.1/+1", "::/129", "/8",
    "1:2:3:4:5:6:7", "::1/", "1.2.3.4.5", "0x7f.0.0.1", "::ffff:1.2.3.4/96", "1::2::3", ":::", "1:2:3:4:5:6:7:8:9",
    "::1/ 1", "\u0661.1.1.1",
)  # fmt: skip
DECIMALS = (
    "0.0", "1.0", "1.0000", "1.5", "-1.5", "-0.0", "0.0001", "-0.0001", "00.1", "12.34", "922337203685477.5807",
    "-922337203685477.5808", "100.25", "0.5", "99.9999", "-12.3400",
)  # fmt: skip
BAD_DECIMALS = (
    "1", "1.", ".1", "1.00000", "922337203685477.5808", "-922337203685477.5809", "+1.0", "1e2", "", "--1.0", "1.0 ",
    "1,0", "9223372036854775807.0", "1.0.0", "-.1", "\uff11.0", "99999999999999999999999.0", "1._0",
)  # fmt: skip
DATETIMES = (
    "2024-01-01", "2024-02-29", "1970-01-01", "1969-12-31T23:59:59Z", "0000-01-01", "9999-12-31T23:59:59.999Z",
    "2024-02-29T12:34:56.789Z", "2024-01-01T00:00:00+0530", "2024-01-01T00:00:00.001-2359", "2024-01-01T00:00:00+0000",
    "2000-02-29", "1900-02-28", "2024-12-31T23:59:59Z", "0000-01-01T00:00:00+2359", "9999-12-31T23:59:59.999-2359",
    "1970-01-01T00:00:00.001Z", "1969-12-31", "2024-01-01T10:00:00Z",
)  # fmt: skip
BAD_DATETIMES = (
    "2023-02-29", "1900-02-29", "2024-13-01", "2024-00-10", "2024-01-00", "2024-04-31", "2024-1-1",
    "2024-01-01T00:00:00", "2024-01-01T00:00:00z", "2024-01-01t00:00:00Z", "2024-01-01T24:00:00Z",
    "2024-01-01T23:60:00Z", "2024-01-01T23:59:60Z", "2024-01-01T00:00:00.1Z", "2024-01-01T00:00:00.12Z",
    "2024-01-01T00:00:00.1234Z", "2024-01-01T00:00:00+05:30", "2024-01-01T00:00:00+2400", "2024-01-01T00:00:00+0060",
    "", "2024-01-01T", "+2024-01-01", "10000-01-01", "-001-01-01", "2024-01-01 ", "2024-01-01T00:00Z",
    "2024-01-01T00:00:00+053", "2024-01-01T00:00:00.000", "\u0662024-01-01", "2024-01-01Z", "2024-01-01T00:00:00 Z",
)  # fmt: skip
DURATIONS = (
    "1d", "24h", "1h", "60m", "3600s", "1ms", "-1ms", "0ms", "1d2h3m4s5ms", "-1d2h", "90m", "1500ms", "-36h", "1s1ms",
    "-9223372036854775808ms", "9223372036854775807ms", "106751991167d", "00001h", "2h30m", "-0s",
)  # fmt: skip
BAD_DURATIONS = (
    "", "-", "1", "d", "1h1d", "1d1d", "1x", "1 h", "+1h", "--1h", "1.5h", "9223372036854775808ms", "106751991168d",
    "1D", "-9223372036854775809ms", "99999999999999999999d", "1h ", " 1h", "1m1h", "1ms1s", "1d-2h", "\u0661h",
    "106751991167d99999999h",
)  # fmt: skip
VALID = {"ip": IPS, "decimal": DECIMALS, "datetime": DATETIMES, "duration": DURATIONS}
INVALID = {"ip": BAD_IPS, "decimal": BAD_DECIMALS, "datetime": BAD_DATETIMES, "duration": BAD_DURATIONS}


def long(rng: random.Random) -> int:
    if rng.random() < 0.06:
        return rng.choice(EDGE_LONGS)
    return rng.choice(LONGS) * rng.choice((1, 1, 1, -1))


def extension_text(rng: random.Random, kind: str, invalid: float) -> str:
    """The argument of a constructor; with probability `invalid` one that is probably refused."""
    if rng.random() < invalid:
        text = rng.choice(INVALID[kind] if rng.random() < 0.5 else VALID[kind])
        return mutated(rng, text) if rng.random() < 0.6 else text
    if rng.random() < 0.75:
        return rng.choice(VALID[kind])
    match kind:
        case "ip":
            if rng.random() < 0.6:
                text = ".".join(str(rng.choice((0, 1, 2, 10, 127, 224, 255, rng.randrange(256)))) for _ in range(4))
                return text + (f"/{rng.randrange(33)}" if rng.random() < 0.5 else "")
            groups = [f"{rng.choice((0, 1, 0xFF00, 0xFE80, rng.randrange(65536))):x}" for _ in range(8)]
            if rng.random() < 0.5:
                start = rng.randrange(8)
                end = rng.randrange(start + 1, 9)
                text = ":".join(groups[:start]) + "::" + ":".join(groups[end:])
            else:
                text = ":".join(groups)
            return text + (f"/{rng.randrange(129)}" if rng.random() < 0.5 else "")
        case "decimal":
            return f"{rng.choice(('', '-'))}{rng.randrange(100)}.{rng.randrange(10 ** rng.randint(1, 4))}"
        case "datetime":
            year = rng.choice((0, 1, 1969, 1970, 2000, 2024, 2100, 9999))
            text = f"{year:04}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
            if rng.random() < 0.4:
                return text
            text += f"T{rng.randrange(24):02}:{rng.randrange(60):02}:{rng.randrange(60):02}"
            text += f".{rng.randrange(1000):03}" if rng.random() < 0.5 else ""
            return text + (
                f"{rng.choice('+-')}{rng.randrange(24):02}{rng.randrange(60):02}" if rng.random() < 0.5 else "Z"
            )
        case _:
            units = sorted(rng.sample(range(5), rng.randint(1, 5)))
            return rng.choice(("", "-")) + "".join(
                f"{rng.randrange(100)}{('d', 'h', 'm', 's', 'ms')[unit]}" for unit in units
            )


def mutated(rng: random.Random, text: str) -> str:
    """One character deleted, duplicated, replaced or inserted, or two swapped."""
    if not text:
        return rng.choice("0 -:.")
    i, j = rng.randrange(len(text)), rng.randrange(len(text))
    match rng.randrange(5):
        case 0:
            return text[:i] + text[i + 1 :]
        case 1:
            return text[:i] + text[i] + text[i:]
        case 2:
            return text[:i] + rng.choice("0159afAFTZz:./-+ dhms\u0663\0") + text[i + 1 :]
        case 3:
            return text[:i] + rng.choice("0159afAFTZz:./-+ dhms") + text[i:]
        case _:
            i, j = min(i, j), max(i, j)
            return text if i == j else text[:i] + text[j] + text[i + 1 : j] + text[i] + text[j + 1 :]
