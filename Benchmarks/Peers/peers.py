# SPDX-License-Identifier: Apache-2.0
"""The peers, each behind one small class, and the process that one of them runs in.

A class reads its files of a scenario, builds the requests in the form that it takes, and decides a list of them. Built
without rules it does everything of a call but deciding: its call floor. `python peers.py SYSTEM DIRECTORY CORE` answers
commands, one line of JSON each, on standard input: `run.py` asks.
"""

from __future__ import annotations

import gc
import importlib.metadata
import json
import logging
import os
import random
import statistics
import sys
import time
from pathlib import Path
from typing import Any, ClassVar

JSON = Any
# Process CPU time that a batch is to take at least, so that looking at the clock does not count.
BATCH_NS = 4_000_000
BATCH_SIZE = 1_000


class Peer:
    """What all have in common."""

    # The package to install; the files that must be there.
    package: ClassVar[str]
    needs: ClassVar[tuple[str, ...]] = ("policies.cedar",)

    def __init__(self, directory: Path, has_rules: bool) -> None:
        self.directory = directory
        self.has_rules = has_rules
        self.requests: list[Any] = []

    def run(self, requests: list[Any]) -> list[bool]:
        raise NotImplementedError

    def text(self, name: str) -> str:
        return (self.directory / name).read_text(encoding="utf-8")

    def rules(self, name: str, none: str = "") -> str:
        return self.text(name) if self.has_rules else none

    def lines(self, name: str) -> list[JSON]:
        return [json.loads(line) for line in self.text(name).splitlines()]


class CedarPython(Peer):
    """Cedar's Rust engine; policies, entities and requests are objects that are built beforehand."""

    package = "cedar-python"

    def __init__(self, directory: Path, has_rules: bool) -> None:
        import cedar

        super().__init__(directory, has_rules)
        self.uid = lambda json: cedar.EntityUid(json["type"], json["id"])
        self.authorizer = cedar.Authorizer(
            [
                cedar.Entity(
                    self.uid(entity["uid"]), self.value(entity["attrs"]), list(map(self.uid, entity["parents"]))
                )
                for entity in json.loads(self.text("entities.json"))
            ]
        )
        self.policies = cedar.PolicySet(self.rules("policies.cedar"))
        self.requests = [
            cedar.Request(
                self.uid(request["principal"]),
                self.uid(request["action"]),
                self.uid(request["resource"]),
                cedar.Context.from_json(json.dumps(request["context"])),
            )
            for request in self.lines("requests.jsonl")
        ]

    def value(self, json: JSON) -> Any:
        if isinstance(json, list):
            return [self.value(element) for element in json]
        if isinstance(json, dict):
            if "__entity" in json:
                return self.uid(json["__entity"])
            return {name: self.value(value) for name, value in json.items()}
        return json

    def run(self, requests: list[Any]) -> list[bool]:
        ask, policies = self.authorizer.is_authorized, self.policies
        return [ask(request, policies).allowed for request in requests]


class CedarPy(Peer):
    """Cedar's Rust engine; policies and entities are built beforehand, a request is read in every call."""

    package = "cedarpy"

    def __init__(self, directory: Path, has_rules: bool) -> None:
        import cedarpy

        super().__init__(directory, has_rules)
        self.ask = cedarpy.is_authorized
        self.policies = cedarpy.PolicySet.from_str(self.rules("policies.cedar"))
        self.entities = cedarpy.Entities.from_json_str(self.text("entities.json"))
        self.requests = [
            request | {"context": json.dumps(request["context"])} for request in self.lines("requests.jsonl")
        ]

    def run(self, requests: list[Any]) -> list[bool]:
        ask, policies, entities = self.ask, self.policies, self.entities
        return [ask(request, policies, entities).allowed for request in requests]


def modules(text: str) -> list[tuple[str, str]]:
    """Rego as named files; regorus takes none that is longer than a mebibyte."""
    head = "package app\nimport rego.v1\n"
    parts: list[list[str]] = [[]]
    length = 0
    for line in text.removeprefix(head).splitlines(keepends=True):
        if length + len(line) > 1_000_000:
            parts.append([])
            length = 0
        parts[-1].append(line)
        length += len(line)
    return [(f"app{number}.rego", head + "".join(part)) for number, part in enumerate(parts)]


class Regorus(Peer):
    """Rego, interpreted; the input is a dictionary that is built beforehand and read in every call.

    Where an input has a Boolean, the input is JSON: of a dictionary this version makes numbers of its Booleans.
    """

    package = "celine-regorus"
    form: ClassVar[str]
    # Without any definition the virtual machine compiles nothing.
    NOTHING = "package app\nimport rego.v1\ndefault allow := false\nallow if input.none\n"

    def __init__(self, directory: Path, has_rules: bool) -> None:
        import regorus

        super().__init__(directory, has_rules)
        self.engine = regorus.Engine()
        for name, text in modules(self.rules(f"{self.form}.rego", self.NOTHING)):
            self.engine.add_policy(name, text)
        self.engine.add_data_json(self.text(f"{self.form}.json"))
        self.requests = self.lines("inputs.jsonl")
        self.take = self.engine.set_input
        if any(map(self.has_boolean, self.requests)):
            self.requests = self.text("inputs.jsonl").splitlines()
            self.take = self.engine.set_input_json

    def has_boolean(self, value: JSON) -> bool:
        if isinstance(value, dict):
            return any(map(self.has_boolean, value.values()))
        return isinstance(value, bool)

    def run(self, requests: list[Any]) -> list[bool]:
        take, evaluate = self.take, self.engine.eval_rule
        decisions = []
        for request in requests:
            take(request)
            decisions.append(evaluate("data.app.allow"))
        return decisions


class RegorusRules(Regorus):
    form = "rules"
    needs = ("rules.rego",)


class RegorusTable(Regorus):
    form = "table"
    needs = ("table.rego",)


class RegorusMachine(Peer):
    """Rego, compiled to regorus's virtual machine; it takes the input as JSON only."""

    package = "celine-regorus"
    form: ClassVar[str]

    def __init__(self, directory: Path, has_rules: bool) -> None:
        from regorus import regorus

        super().__init__(directory, has_rules)
        data = self.text(f"{self.form}.json")
        texts = modules(self.rules(f"{self.form}.rego", Regorus.NOTHING))
        program = regorus.Program.compile_from_modules(data, texts, ["data.app.allow"])
        self.machine = regorus.Rvm()
        self.machine.load_program(program)
        self.machine.set_data_json(data)
        self.requests = self.text("inputs.jsonl").splitlines()

    def run(self, requests: list[Any]) -> list[bool]:
        take, execute = self.machine.set_input_json, self.machine.execute
        decisions = []
        for request in requests:
            take(request)
            decisions.append(execute() == "true")
        return decisions


class RegorusMachineRules(RegorusMachine):
    form = "rules"
    needs = ("rules.rego",)


class RegorusMachineTable(RegorusMachine):
    form = "table"
    needs = ("table.rego",)


class PyCasbin(Peer):
    """Casbin's model of roles."""

    package = "pycasbin"
    needs = ("model.conf",)

    def __init__(self, directory: Path, has_rules: bool) -> None:
        super().__init__(directory, has_rules)
        logging.disable(logging.CRITICAL)
        self.enforcer = self.make_enforcer(str(directory / "model.conf"), str(directory / "policy.csv"))
        if not has_rules:
            self.enforcer.clear_policy()
        self.requests = [
            (request["principal"]["id"], request["resource"]["type"], request["action"]["id"])
            for request in self.lines("requests.jsonl")
        ]

    def make_enforcer(self, model: str, policy: str) -> Any:
        import casbin

        return casbin.Enforcer(model, policy)

    def run(self, requests: list[Any]) -> list[bool]:
        enforce = self.enforcer.enforce
        return [enforce(*request) for request in requests]


class PyCasbinFast(PyCasbin):
    """The same with an index on the resource's type and the action."""

    def make_enforcer(self, model: str, policy: str) -> Any:
        import casbin

        return casbin.FastEnforcer(model, policy, cache_key_order=[1, 2])


class OsoEntity:
    """An entity as a Python object: its attributes, its parents' ids as `roles`, its type as `kind`."""

    def __init__(self, json: JSON) -> None:
        self.id = json["uid"]["id"]
        self.kind = json["uid"]["type"]
        self.roles = [parent["id"] for parent in json["parents"]]
        self.above: set[OsoEntity] = {self}

    def within(self, groups: OsoEntity | list[OsoEntity]) -> bool:
        if isinstance(groups, list):
            return not self.above.isdisjoint(groups)
        return groups in self.above


class OsoUser(OsoEntity):
    pass


class OsoItem(OsoEntity):
    pass


class Oso(Peer):
    """Polar: few rules, grants of roles are facts, entities are Python objects."""

    package = "oso"
    needs = ("main.polar",)

    def __init__(self, directory: Path, has_rules: bool) -> None:
        import oso

        super().__init__(directory, has_rules)
        self.engine = oso.Oso()
        self.engine.register_class(OsoUser, name="User")
        self.engine.register_class(OsoItem, name="Item")
        self.engine.load_str(self.rules("main.polar", "allow(_: User, _, _: Item) if false;"))
        entities = self.objects(json.loads(self.text("entities.json")))
        self.requests = [
            (entities[self.key(request["principal"])], request["action"]["id"], entities[self.key(request["resource"])])
            for request in self.lines("requests.jsonl")
        ]

    def objects(self, lines: list[JSON]) -> dict[tuple[str, str], OsoEntity]:
        entities: dict[tuple[str, str], OsoEntity] = {
            self.key(line["uid"]): (OsoUser if line["uid"]["type"] == "User" else OsoItem)(line) for line in lines
        }

        def value(json: JSON) -> Any:
            if isinstance(json, list):
                return [value(element) for element in json]
            return entities[self.key(json["__entity"])] if isinstance(json, dict) else json

        parents = {self.key(line["uid"]): [self.key(parent) for parent in line["parents"]] for line in lines}
        for line in lines:
            entity, unseen = entities[self.key(line["uid"])], [self.key(line["uid"])]
            for name, json_ in line["attrs"].items():
                setattr(entity, name, value(json_))
            while unseen:
                above = [parent for parent in parents[unseen.pop()] if entities[parent] not in entity.above]
                entity.above.update(entities[parent] for parent in above)
                unseen += above
        return entities

    @staticmethod
    def key(uid: JSON) -> tuple[str, str]:
        return uid["type"], uid["id"]

    def run(self, requests: list[Any]) -> list[bool]:
        ask = self.engine.is_allowed
        return [ask(*request) for request in requests]


PEERS: dict[str, type[Peer]] = {
    "cedar-python": CedarPython,
    "cedarpy": CedarPy,
    "regorus-rules": RegorusRules,
    "regorus-rules-vm": RegorusMachineRules,
    "regorus-table": RegorusTable,
    "regorus-table-vm": RegorusMachineTable,
    "pycasbin": PyCasbin,
    "pycasbin-fast": PyCasbinFast,
    "oso": Oso,
}


class Worker:
    """Measures one peer on one scenario."""

    def __init__(self, system: str, directory: Path) -> None:
        self.kind = PEERS[system]
        self.directory = directory
        start = time.process_time()
        self.peer = self.kind(directory, True)
        self.prepared = time.process_time() - start
        self.floor: Peer | None = None
        self.rng = random.Random(system)
        # The collector would look at everything that was built beforehand, and count for the peer.
        gc.collect()
        gc.freeze()
        gc.disable()

    def ready(self) -> JSON:
        return {
            "package": self.kind.package,
            "version": importlib.metadata.version(self.kind.package),
            "prepare_ms": self.prepared * 1000,
            "requests": len(self.peer.requests),
        }

    def check(self, seconds: float, slow_ns: float) -> JSON:
        """Decisions of all requests; where one takes longer than `slow_ns`, of as many as the time does for."""
        order = list(range(len(self.peer.requests)))
        self.rng.shuffle(order)
        decisions: dict[int, bool] = {}
        start = time.process_time_ns()
        for index in order:
            decisions[index] = self.peer.run([self.peer.requests[index]])[0]
            spent = time.process_time_ns() - start
            if len(decisions) >= 20 and spent > seconds * 1e9 and spent / len(decisions) > slow_ns:
                break
        return {"decisions": decisions}

    def measure(self, seconds: float, what: str) -> JSON:
        """The median over batches of what a decision takes in one, in nanoseconds of process CPU time."""
        if what == "floor" and self.floor is None:
            self.floor = self.kind(self.directory, False)
            gc.collect()
            gc.freeze()
        peer = self.floor if what == "floor" and self.floor else self.peer
        size = self._batch_size(peer)
        batches: list[float] = []
        start = time.process_time_ns()
        while len(batches) < 5 or time.process_time_ns() - start < seconds * 1e9:
            batch = self.rng.choices(peer.requests, k=size)
            before = time.process_time_ns()
            peer.run(batch)
            batches.append((time.process_time_ns() - before) / size)
        return {"ns": statistics.median(batches), "batches": len(batches), "batch": size}

    def _batch_size(self, peer: Peer) -> int:
        size = 1
        while size < BATCH_SIZE:
            batch = self.rng.choices(peer.requests, k=size)
            before = time.process_time_ns()
            peer.run(batch)
            if time.process_time_ns() - before > BATCH_NS:
                break
            size *= 2
        return min(size, BATCH_SIZE)


def main() -> None:
    system, directory, core = sys.argv[1:]
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {int(core)})
    # Nothing that a library prints may stand among the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def answer(json_: JSON) -> None:
        answers.write(json.dumps(json_) + "\n")
        answers.flush()

    try:
        worker = Worker(system, Path(directory))
        answer(worker.ready())
        for line in sys.stdin:
            command = json.loads(line)
            answer(getattr(worker, command.pop("do"))(**command))
    except Exception as error:  # whatever a library throws is its answer
        answer({"error": f"{type(error).__name__}: {error}"})
        sys.exit(1)


if __name__ == "__main__":
    main()
