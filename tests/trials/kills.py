"""Kills landing, building and publishing at random moments, with three readers at work; prints a table.

Each command runs in a process group of its own, which gets SIGKILL after a random part of the time that it takes;
then the same command must end well, and must leave what an undisturbed one leaves. Readers open what is published
over and over: what they see must be one publication, whole.
"""

import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import duckdb
from setting import FILES, Setting, arguments

from cpm_warehouse.receive.verifying import check_lake

READERS = 3
# A publication is told by its name, and a mixture by a mart whose rows are not those that its publication states.
READER = """
import json, sys, time
import duckdb
path, stop, out = sys.argv[1:]
read, seen, faults = 0, set(), []
import os
while not os.path.exists(stop):
    try:
        with duckdb.connect(path, read_only=True) as connection:
            (name,) = connection.execute("select value from publication.about where name = 'name'").fetchone()
            stated = connection.execute("select mart, row_count, checksum from publication.marts").fetchall()
            for mart, rows, checksum in stated:
                if mart not in ('fct_measure_results', 'fct_incidents', 'fct_measure_results_published'):
                    continue
                found = connection.execute(
                    "select count(*), sum(cast(md5_number_upper(cast(mart as varchar)) as hugeint))"
                    f" from marts.{mart} as mart"
                ).fetchone()
                if (found[0], f"{found[1] or 0:026x}") != (rows, checksum):
                    faults.append(f"mixture: {name} {mart}")
        seen.add(name)
    except Exception as error:
        faults.append(f"error: {error}"[:300])
    read += 1
with open(out, "w") as file:
    json.dump({"read": read, "seen": sorted(seen), "faults": faults}, file)
"""


def kill_within(setting: Setting, command: list[str], seconds: float) -> bool:
    """Run a command and kill it, with all that it started, after so long; whether it was still at work."""
    running = setting.start(command)
    at_work = running.wait(seconds) is None
    if at_work:
        running.kill()
    running.said()
    return at_work


def results(published: Path) -> str:
    """Checksum of the results that readers see."""
    with duckdb.connect(str(published), read_only=True) as connection:
        query = "select checksum from publication.marts where mart = 'fct_measure_results'"
        return str(connection.execute(query).fetchone()[0])


def landed_whole(lake: Path, whole: Path) -> tuple[int, list[str]]:
    """How many submissions are in a lake, and which of them are not, by rows and layout, as in another lake."""
    faults = []
    places = {path.parent for path in lake.glob("*/provider=[!n]*/period=2*/version=*/*")}
    for place in places:
        there, wanted = (at / place.relative_to(lake) for at in (lake, whole))
        entries = [at / "_submission.json" for at in (there, wanted)]
        if not entries[0].exists():
            faults.append(f"{place}: rows without an entry in the register")
            continue
        layouts = [[file.get("layout") for file in json.loads(one.read_text())["files"]] for one in entries]
        if layouts[0] != layouts[1] or None in layouts[0]:
            faults.append(f"{place}: landed by {layouts[0]}, not {layouts[1]}")
        for pattern in ("*.parquet", "_quarantine/*.parquet"):
            files = [sorted(one.name for one in at.glob(pattern)) for at in (there, wanted)]
            rows = [(f"read_parquet('{at / pattern}', hive_partitioning = false)") for at in (there, wanted)]
            if files[0] != files[1]:
                faults.append(f"{place}: has files {files[0]}, not {files[1]}")
            elif files[0]:
                for one, other in (rows, rows[::-1]):
                    found = duckdb.execute(f"select count(*) from (from {one} except all from {other})").fetchone()
                    faults += [f"{place}: {found[0]} rows differ in {pattern}"] * bool(found and found[0])
    return len(places), faults


class Campaign:
    """Kills of each command, and what became of them."""

    def __init__(self, setting: Setting, chance: random.Random, selected: str) -> None:
        self.setting, self.chance, self.selected = setting, chance, selected
        self.expected: dict[str, str] = {}
        self.counts: dict[str, Counter[str]] = {}
        self.failures: list[str] = []

    def trial(self, name: str, command: list[str], seconds: float) -> bool:
        """Kill a command and run it again; whether that ended well. Not counted where it had ended before."""
        counts = self.counts.setdefault(name, Counter())
        delay = self.chance.uniform(0.03, 0.98) * seconds
        while not kill_within(self.setting, command, delay):
            counts["ended before"] += 1
            delay *= 0.7
            if name == "land":
                return True
        counts["killed"] += 1
        code, said = self.setting.run(command)
        well = code == 0 and "Traceback" not in said
        counts["healed"] += well
        end = "healed" if well else "not healed"
        print(f"{name} {counts['killed']}: killed after {delay:.2f} s, {end}", flush=True)
        if not well:
            self.failures.append(f"{name} killed after {delay:.2f} s: {code}: {said[-1500:]}")
        return well

    def landings(self, count: int) -> None:
        """Land into a lake of its own, now with the correction and now without."""
        trial = Setting(self.setting.place / "landing")
        trial.place.mkdir()
        shutil.copytree(self.setting.extracts, trial.extracts)
        command = trial.land()
        trial.must(command)
        shutil.rmtree(trial.lake)
        began = time.monotonic()
        trial.must(command)
        seconds = time.monotonic() - began
        while self.counts.get("land", Counter())["killed"] < count:
            if self.chance.random() < 0.6:
                shutil.rmtree(trial.lake)
            else:
                for folder in trial.lake.glob("remedy_incidents/*/*/version=2"):
                    shutil.rmtree(folder)
                command = trial.land("--repair")
            self.trial("land", command, seconds)
            command = trial.land()
            code, said = trial.run(trial.verify())
            if code:
                self.failures.append(f"lake after landing: {said}")

    def landings_by_layouts(self, count: int) -> None:
        """Land the six files of the guide by their layouts: what a kill leaves is whole, and in the end all is."""
        trial = Setting(self.setting.place / "by-layouts")
        trial.place.mkdir()
        trial.take_tool_files()
        trial.must(trial.land())
        whole = trial.place / "whole"
        trial.lake.rename(whole)
        began = time.monotonic()
        trial.must(trial.land())
        seconds = time.monotonic() - began
        halves: Counter[int] = Counter()
        name = "land by layouts"
        while self.counts.get(name, Counter())["killed"] < count:
            shutil.rmtree(trial.lake, ignore_errors=True)
            delay = self.chance.uniform(0.03, 0.98) * seconds
            if not kill_within(self.setting, trial.land(), delay):
                continue
            there, faults = landed_whole(trial.lake, whole)
            halves[there] += 1
            counts = self.counts.setdefault(name, Counter())
            counts["killed"] += 1
            code, said = trial.run(trial.land())
            damages = [str(damage) for damage in check_lake(trial.lake, thorough=True)]
            after, more = landed_whole(trial.lake, whole)
            faults += more + damages + [said] * bool(code)
            faults += [f"{after} submissions in the end"] * (after != len(FILES))
            counts["healed"] += not faults
            end = "not healed" if faults else "healed"
            print(f"{name} {counts['killed']}: after {delay:.2f} s, {there} had landed, {end}", flush=True)
            self.failures += [f"{name} killed after {delay:.2f} s: {fault[-1500:]}" for fault in faults]
        print(f"submissions that had landed, and in how many trials: {dict(sorted(halves.items()))}")

    def builds(self, count: int) -> None:
        """Build, and in the end build whole and publish: what a kill left in the warehouse does not matter."""
        command = self.setting.build("B", *(("--select", *self.selected.split()) if self.selected else ()))
        began = time.monotonic()
        self.setting.must(command)
        seconds = time.monotonic() - began
        for _ in range(count):
            self.trial("build", command, seconds)
        if self.selected:
            self.setting.must(self.setting.build("B"))
        self.trial_of_publishing("B", 0)

    def trial_of_publishing(self, state: str, seconds: float) -> None:
        """Publish; killed before, where it is given how long that takes."""
        command = self.setting.publish(state)
        if seconds:
            self.trial("publish", command, seconds)
        else:
            self.setting.must(command)
        if results(self.setting.final) != self.expected[state]:
            self.failures.append(f"after publishing {state}: other results are published")

    def publications(self, count: int) -> None:
        """Publish the one state and the other in turns."""
        for state in "AB":
            began = time.monotonic()
            self.setting.must(self.setting.publish(state))
            seconds = time.monotonic() - began
            self.expected[state] = results(self.setting.final)
        assert len(set(self.expected.values())) == 2
        for number in range(count):
            self.trial_of_publishing("AB"[number % 2], seconds)


def main() -> None:
    asked = arguments(__doc__ or "", landings=25, layouts=60, builds=10, publications=25)
    place = asked.place or Path(tempfile.mkdtemp(prefix="cpm-kills-"))
    setting = Setting(place)
    if setting.target("B").exists():
        pass
    elif asked.publications or asked.builds:
        setting.prepare()
    else:
        setting.take_extracts()
        setting.correct()
    print(f"seed {asked.seed}, in {place}", flush=True)
    stop = place / "stop"
    stop.unlink(missing_ok=True)
    outs = [place / f"reader-{number}.json" for number in range(READERS)]
    readers = (
        []
        if not setting.final.exists()
        else [
            subprocess.Popen([sys.executable, "-c", READER, str(setting.final), str(stop), str(out)])
            for out in outs
        ]
    )
    campaign = Campaign(setting, random.Random(asked.seed), asked.select)
    try:
        if asked.publications or asked.builds:
            campaign.publications(asked.publications)
        if asked.landings:
            campaign.landings(asked.landings)
        if asked.layouts:
            campaign.landings_by_layouts(asked.layouts)
        if asked.builds:
            campaign.builds(asked.builds)
    finally:
        stop.touch()
        for reader in readers:
            reader.wait()
    read = [json.loads(out.read_text()) for out in outs if readers]
    print("| command | killed | healed by the same command |\n|---|---|---|")
    for name, counts in campaign.counts.items():
        print(f"| {name} | {counts['killed']} | {counts['healed']} |")
    faults = [fault for one in read for fault in one["faults"]]
    names = {name for one in read for name in one["seen"]}
    reads = sum(one["read"] for one in read)
    print(f"{len(readers)} readers: {reads} reads of {len(names)} publications, {len(faults)} errors or mixtures")
    for line in [*campaign.failures, *sorted(set(faults))]:
        print(line)
    sys.exit(bool(campaign.failures or faults))


if __name__ == "__main__":
    main()
