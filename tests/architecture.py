"""Prints how the structure of the project measures against what was wanted of it (`make architecture`).

It reads what dbt made of the project in the last build. What can be enforced is, in `test_architecture.py`.
"""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LONGEST = 230
LONG = 200
WIDE = 140
# Where a file that names an extract has to be touched for a new one; what reads an extract's rows comes after.
TOUCHED = ("extracts/contracts/*.yml", "models/staging/*", "macros/*.sql", "src/cpm_warehouse/*.py")
# Papers that the project was made from and does not have.
ABSENT = re.compile(r"\b(domain|design|corrections|house-style|worked-examples)\.md\b")

Node = dict[str, Any]


def main() -> None:
    nodes: dict[str, Node] = json.loads((ROOT / "target/manifest.json").read_text())["nodes"]
    models = {key: node for key, node in nodes.items() if node["resource_type"] == "model"}
    print("| Measure | Now | Wanted |\n|---|---|---|")
    for measure, now, wanted in rows(models, nodes):
        print(f"| {measure} | {now} | {wanted} |")


def rows(models: dict[str, Node], nodes: dict[str, Node]) -> Iterator[tuple[str, str, str]]:
    upwards = {
        node["name"]
        for node in models.values()
        for parent in node["depends_on"]["nodes"]
        if room(node) != "marts" and parent in models and room(models[parent]) == "marts"
    }
    yield "Models outside marts that read a mart", str(len(upwards)), "0"
    grouped = [node for node in models.values() if node["group"]]
    inner = [node for node in models.values() if room(node) not in {"staging", "metrics"}]
    yield "Models with a group", f"{len(grouped)} of {len(models)}", f"all but staging: {len(inner)}"
    unseen = unseen_by_cubes(models, nodes)
    yield "Models that a cube rests on and its key cannot see", str(len(unseen)), "0"
    yield "Folders to open to follow CPM 3 by proxy", str(len(folders(models, nodes))), "8 or fewer"
    lengths = {node["name"]: len(text(node).splitlines()) for node in models.values()}
    longest = max(lengths, key=lambda name: lengths[name])
    over = sorted(name for name, lines in lengths.items() if lines > LONG)
    yield "Longest model", f"{lengths[longest]} lines: {longest}", f"{LONGEST}"
    yield f"Models over {LONG} lines", f"{len(over)}: {', '.join(over)}", "2"
    wide = sum(len(line) > WIDE for path in listed("*.yml") for line in path.read_text().splitlines())
    yield f"YAML lines over {WIDE} characters", str(wide), "0"
    touched = {path.stem: naming(path.stem) for path in listed("extracts/contracts/*.yml")}
    least, most = (
        min(touched, key=lambda name: len(touched[name])),
        max(touched, key=lambda name: len(touched[name])),
    )
    said = f"{len(touched[least])} ({least}) to {len(touched[most])} ({most}), and its sample"
    yield "Files that name an extract, from contract to staging", said, "4 and its sample"
    citing = sum(bool(ABSENT.search(line)) for path in listed("*") for line in lines_of(path))
    yield "Lines that cite a document that is not in the project", str(citing), "0"


def room(node: Node) -> str:
    return Path(node["original_file_path"]).parts[1]


def text(node: Node) -> str:
    return (ROOT / node["original_file_path"]).read_text()


def naming(extract: str) -> list[Path]:
    """Files from a contract to its staging model that name an extract; the simulator makes its sample."""
    named = re.compile(rf"\b{extract}\b")
    found = [path for pattern in TOUCHED for path in listed(pattern) if "simulate" not in path.parts]
    return [path for path in found if named.search(path.read_text())]


def unseen_by_cubes(models: dict[str, Node], nodes: dict[str, Node]) -> set[str]:
    """Models that a cube rests on and whose SQL its key cannot see: neither views nor cubes."""
    unseen = set()
    for key, node in models.items():
        if room(node) == "cubes":
            for above in ancestors(key, nodes):
                parent = nodes.get(above, {})
                kind = parent.get("config", {}).get("materialized")
                if parent.get("resource_type") == "model" and kind not in {"view", "incremental"}:
                    unseen.add(above)
    return unseen


def folders(models: dict[str, Node], nodes: dict[str, Node]) -> set[Path]:
    """Folders of the models and seeds from staging to the outcomes of the proxy."""
    (door,) = (key for key, node in models.items() if node["name"] == "int_alert_outcomes_by_proxy")
    found = {door, *ancestors(door, nodes)}
    return {Path(nodes[key]["original_file_path"]).parent for key in found if key in nodes}


def ancestors(key: str, nodes: dict[str, Node]) -> set[str]:
    seen: set[str] = set()
    left = [key]
    while left:
        for parent in nodes.get(left.pop(), {}).get("depends_on", {}).get("nodes", ()):
            if parent not in seen:
                seen.add(parent)
                left.append(parent)
    return seen


def listed(pattern: str) -> list[Path]:
    found = subprocess.run(
        ["git", "ls-files", "-z", pattern], cwd=ROOT, capture_output=True, text=True, check=True
    )
    paths = [ROOT / name for name in found.stdout.split("\0") if name and not name.startswith("extracts/sample/")]
    return [path for path in paths if path.is_file() and path != Path(__file__)]


def lines_of(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        return []


if __name__ == "__main__":
    main()
