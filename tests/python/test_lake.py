"""A lake that tells: whatever is cut, edited, swapped, gone or added is noticed, named and healed."""

import json
import os
import random
import re
import resource
import shutil
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from conftest import GOOD, HEADER, ROOT
from cpm_warehouse.cli import main
from cpm_warehouse.contracts import load_contracts
from cpm_warehouse.errors import CpmError, DamageError
from cpm_warehouse.locks import hold_lake
from cpm_warehouse.receive import lakes, verifying
from cpm_warehouse.receive.journal import JOURNAL, Journal, read_journal
from cpm_warehouse.receive.landing import Landing, land
from cpm_warehouse.receive.register import require_register
from cpm_warehouse.receive.verifying import SEEN, Seen, check_lake, remember, require_sound

DAMAGES = 40
PLACE = "pmr_deliveries/provider=dcc/period=2021-08/version=1"
KEY = "pmr_deliveries/dcc/2021-08/v1"


def month(number):
    return f"{HEADER}2021-{number:02d}-01,1,2021-12-05\n2021-{number:02d}-01,2,2021-12-12\n"


@pytest.fixture(scope="module")
def landed(tmp_path_factory):
    """Extracts and their lake: months with and without quarantine, two files, a correction, a refusal."""
    place = tmp_path_factory.mktemp("landed")
    files = {
        "2021-07/v1/a.csv": month(7),
        "2021-08/v1/a.csv": month(8) + "2021-08-01,x,2021-12-05\n",
        "2021-08/v1/b.csv": month(8).replace("01,1,", "01,3,").replace("01,2,", "01,4,"),
        "2021-08/v2/a.csv": month(8).replace("12-12", "12-13"),
        "2021-09/v1/a.csv": month(9),
        "2021-10/v1/a.csv": HEADER,
    }
    for name, content in files.items():
        path = place / "extracts/dcc/pmr_deliveries" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    os.chdir(ROOT)
    statuses = [one.status for one in land(place / "extracts", place / "lake", load_contracts())]
    assert statuses == ["landed"] * 4 + ["refused"]
    return place


@pytest.fixture
def place(landed, tmp_path):
    """A copy of both, moved with the project as it were."""
    for name in ("extracts", "lake"):
        shutil.copytree(landed / name, tmp_path / name)
    return tmp_path


def said(lake):
    """What the entries say of what was received and when."""
    found = [json.loads(content) for content in entries(lake).values()]
    added = {"lake_files", "entry_sha256", "control_sha256"}
    return [{name: value for name, value in entry.items() if name not in added} for entry in found]


def run(place, *more, **options):
    command = ["land", "--extracts", str(place / "extracts"), "--lake", str(place / "lake"), "--accept-quarantine"]
    return CliRunner().invoke(main, [*command, *more], **options)


def rows(lake):
    return sorted(
        (path.relative_to(lake).as_posix(), duckdb.sql(f"from read_parquet('{path}')").fetchall())
        for path in lake.glob("*/provider=dcc/**/*.parquet")
    )


def entries(lake):
    return {path.relative_to(lake).as_posix(): path.read_bytes() for path in lake.glob("*/*/*/*/_submission.json")}


def flip(path, chance):
    content = bytearray(path.read_bytes())
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)


def cut(path, chance):
    os.truncate(path, chance.randrange(1, path.stat().st_size))


def edit(path, chance):
    entry = json.loads(path.read_text())
    name = chance.choice([name for name, value in entry.items() if isinstance(value, int | str)])
    changed = {bool: lambda one: not one, int: lambda one: one + 1, str: lambda one: one.replace("2", "3") + "0"}
    path.write_text(json.dumps(entry | {name: changed[type(entry[name])](entry[name])}, indent=2) + "\n")


def empty(path, chance):
    path.write_bytes(b"")


def remove(path, chance):
    path.unlink()


def link(path, chance):
    path.rename(path.with_suffix(".moved"))
    path.symlink_to(path.with_suffix(".moved").name)


def without_a_line(path, chance):
    lines = path.read_bytes().splitlines(keepends=True)
    del lines[chance.randrange(len(lines))]
    path.write_bytes(b"".join(lines))


def lines_swapped(path, chance):
    lines = path.read_bytes().splitlines(keepends=True)
    one = chance.randrange(len(lines) - 1)
    lines[one], lines[one + 1] = lines[one + 1], lines[one]
    path.write_bytes(b"".join(lines))


def damage(lake, chance, number):
    """Damage a lake in one way; returns the names of which one must be told."""
    parquet = sorted(lake.glob("*/provider=*/**/*.parquet"))
    registered = sorted(lake.glob("*/*/*/*/_submission.json"))
    refused = sorted(lake.glob("_refused/pmr*.json"))
    kinds = [
        *((parquet, how) for how in (flip, cut, empty, remove, link)),
        *((registered, how) for how in (flip, cut, empty, remove, edit)),
        *((refused, how) for how in (flip, remove, edit)),
        *(([lake / JOURNAL], how) for how in (flip, cut, empty, remove, without_a_line, lines_swapped)),
        (parquet, "swap"), (registered, "swap"), (parquet, "add"), (registered, "add"), (registered, "drop"),
    ]  # fmt: skip
    files, how = kinds[number % len(kinds)]
    path = chance.choice(files)
    names = {path.relative_to(lake).as_posix()}
    if how == "swap":
        other = chance.choice([one for one in files if one.read_bytes() != path.read_bytes()])
        content = path.read_bytes()
        path.write_bytes(other.read_bytes())
        other.write_bytes(content)
    elif how == "add" and files is parquet:
        added = path.with_name(chance.choice(["more.parquet", ".hidden.parquet", "a_copy.json"]))
        shutil.copy(path, added)
        names = {added.relative_to(lake).as_posix()}
    elif how == "add":
        added = path.parent.with_name(f"version={chance.randrange(3, 9)}")
        shutil.copytree(path.parent, added)
        names = {(added / path.name).relative_to(lake).as_posix()}
    elif how == "drop":
        shutil.rmtree(path.parent)
        names = {path.parent.relative_to(lake).as_posix()}
    else:
        how(path, chance)
    return names


@pytest.mark.parametrize("number", range(DAMAGES))
def test_a_random_damage_is_noticed_named_and_healed(landed, place, number):
    lake = place / "lake"
    remember(lake, Seen.read(lake))
    before = rows(lake), entries(lake)
    names = damage(lake, random.Random(number), number)
    for thorough in (False, True):
        told = {one.name for one in check_lake(lake, thorough=thorough)}
        assert told & names, (names, told)
    with pytest.raises(DamageError, match=r"lake: is not what landed in it: .*cpm land --repair"):
        require_sound(lake)
    result = CliRunner().invoke(main, ["verify", "--lake", str(lake)])
    assert result.exit_code == 5
    assert any(name in result.output for name in names)
    assert run(place, "--repair").exit_code == 4  # the refused one is refused still
    assert check_lake(lake, thorough=True) == []
    assert (rows(lake), entries(lake)) == before
    assert run(place).exit_code == 4


def test_landing_names_what_is_damaged_and_lands_the_others(place, send):
    lake = place / "lake"
    flip(lake / PLACE / "b.parquet", random.Random(1))
    shutil.rmtree(place / "extracts/dcc/pmr_deliveries/2021-10")
    send(month(11), submission="dcc/pmr_deliveries/2021-11/v1")
    result = run(place)
    assert result.exit_code == 5
    assert "1 submissions landed" in result.output
    assert f"damaged {lake}/{PLACE}/b.parquet: has other bytes than landed" in result.output
    assert result.output.splitlines()[-1].startswith(f"error: {lake}: 1 file is not what landed; ")


def test_what_the_extracts_no_longer_hold_stays_damaged_and_named(place):
    flip(place / "lake" / PLACE / "b.parquet", random.Random(1))
    (place / "extracts/dcc/pmr_deliveries/2021-08/v1/b.csv").write_text(month(8).replace("01,1,", "01,9,"))
    result = run(place, "--repair")
    assert result.exit_code == 5
    assert "version_changed" in result.output
    assert [one.name for one in check_lake(place / "lake")] == [f"{PLACE}/b.parquet"]


def test_register_entries_and_refusals_are_healed_without_the_extracts(place):
    lake = place / "lake"
    before = entries(lake)
    for path in lake.glob("*/*/*/*/_submission.json"):
        path.unlink()
    (refusal,) = lake.glob("_refused/pmr*.json")
    content = refusal.read_bytes()
    refusal.write_text("{}")
    shutil.rmtree(place / "extracts/dcc/pmr_deliveries/2021-08")
    assert run(place, "--repair").exit_code == 4
    assert entries(lake) == before
    assert refusal.read_bytes() == content


def test_without_journal_and_extracts_nothing_is_taken_on_trust(place):
    lake = place / "lake"
    (lake / JOURNAL).unlink()
    shutil.rmtree(place / "extracts/dcc/pmr_deliveries/2021-08/v1")
    (place / "extracts/dcc/pmr_deliveries/2021-08/v2/a.csv").write_text(month(8))
    assert run(place).exit_code == 5
    result = run(place, "--repair")
    assert result.exit_code == 4, result.output
    taken = [
        path.removeprefix(str(lake)) for path in re.findall(r"(\S+): was gone from the journal", result.output)
    ]
    assert taken == [f"/pmr_deliveries/provider=dcc/period=2021-{number}/version=1" for number in ("07", "09")]
    assert not (lake / PLACE).exists()
    kept = [path.relative_to(lake).as_posix() for path in lake.glob("_removed/*/*/*/*/*/*.parquet")]
    assert [path.split("version=")[1] for path in sorted(kept)] == ["1/a.parquet", "1/b.parquet", "2/a.parquet"]
    assert check_lake(lake, thorough=True) == []


def test_a_file_is_read_again_only_where_size_or_times_changed(place, monkeypatch):
    lake = place / "lake"
    time.sleep(0.2)
    remember(lake, Seen.read(lake))
    monkeypatch.setattr(verifying, "sha256", lambda path: pytest.fail(f"{path} was read"))
    assert check_lake(lake) == []
    monkeypatch.undo()
    path = lake / PLACE / "a.parquet"
    times = path.stat()
    flip(path, random.Random(2))
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert [one.name for one in check_lake(lake)] == [f"{PLACE}/a.parquet"]
    (lake / SEEN).write_text("[]")
    assert [one.name for one in check_lake(lake)] == [f"{PLACE}/a.parquet"]


def test_a_lake_moves_with_its_project(place, tmp_path):
    content = b"".join(path.read_bytes() for path in (place / "lake").rglob("*") if path.is_file())
    assert b"/tmp" not in content
    assert bytes(tmp_path.parent) not in content
    moved = tmp_path / "elsewhere/renamed"
    moved.mkdir(parents=True)
    for name in ("extracts", "lake"):
        (place / name).rename(moved / name)
    journal = (moved / "lake" / JOURNAL).read_bytes()
    result = run(moved)
    assert (result.exit_code, "4 known" in result.output) == (4, True)
    assert (moved / "lake" / JOURNAL).read_bytes() == journal
    (moved / "lake").rename(moved.parent / "lake")
    link = moved.parent / "extracts"
    (moved / "extracts").rename(tmp_path / "others")
    link.symlink_to(tmp_path / "others")
    assert run(moved.parent).exit_code == 4, "it knows its extracts by what they hold"


def to_format_1(lake, extracts):
    """What landing left before it kept a journal."""
    for path in lake.glob("*/*/*/*/_submission.json"):
        entry = json.loads(path.read_text())
        for name in ("lake_files", "entry_sha256", "control_sha256"):
            del entry[name]
        path.write_text(json.dumps(entry, indent=2) + "\n")
    for name in (JOURNAL, SEEN):
        (lake / name).unlink()
    (lake / "_extracts").write_text(str(extracts.resolve()))


STEPS = ("journal", "aside", "in place")


@pytest.mark.parametrize("step", STEPS)
def test_a_repair_that_is_killed_is_completed_by_the_next(place, monkeypatch, step):
    lake = place / "lake"
    before = rows(lake), entries(lake)
    shutil.rmtree(lake / PLACE / "_quarantine")
    flip(lake / "pmr_deliveries/provider=dcc/period=2021-09/version=1/_submission.json", random.Random(4))
    rename = Path.rename
    renamed = []

    def killed(path, target):
        if "version=1" in str(target) or "damaged-" in str(target):
            renamed.append(target)
            if len(renamed) > STEPS.index(step):
                raise KeyboardInterrupt
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", killed)
    if step != STEPS[-1]:
        with pytest.raises(KeyboardInterrupt):
            list(land(place / "extracts", lake, load_contracts(), repair=True))
        assert check_lake(lake)
    monkeypatch.undo()
    monkeypatch.chdir(ROOT)
    assert run(place, "--repair").exit_code == 4
    assert check_lake(lake, thorough=True) == []
    assert (rows(lake), entries(lake)) == before


@pytest.mark.parametrize("moment", ["before the journal", "before the rename"])
def test_a_submission_stands_in_the_journal_before_it_appears(place, send, monkeypatch, moment):
    """Killed on either side of that line, a submission is not there, and the same command lands it."""
    shutil.rmtree(place / "extracts/dcc/pmr_deliveries/2021-10")
    send(month(11), submission="dcc/pmr_deliveries/2021-11/v1")
    lake = place / "lake"
    appeared = lake / "pmr_deliveries/provider=dcc/period=2021-11/version=1"
    owner, name = (Journal, "append") if moment == "before the journal" else (Path, "rename")
    plain = getattr(owner, name)

    def killed(self, target, **content):
        if target in {"landed", appeared}:
            raise KeyboardInterrupt
        return plain(self, target, **content)

    monkeypatch.setattr(owner, name, killed)
    with pytest.raises(KeyboardInterrupt):
        list(land(place / "extracts", lake, load_contracts()))
    monkeypatch.undo()
    monkeypatch.chdir(ROOT)
    assert not appeared.exists()
    assert {one.name for one in check_lake(lake)} <= {JOURNAL}
    assert ("pmr_deliveries/dcc/2021-11/v1" in read_journal(lake).submissions) == (moment != "before the journal")
    (lake / "_refused/left.json.new").touch()
    (appeared.parents[1] / "period=2021-07/version=1/_submission.json.new").touch()
    result = run(place)
    assert (result.exit_code, "1 submissions landed" in result.output) == (0, True)
    assert check_lake(lake, thorough=True) == []


def test_a_journal_that_lost_its_very_end_is_noticed(place):
    path = place / "lake" / JOURNAL
    lines = path.read_bytes().splitlines(keepends=True)
    assert b'"ended"' in lines[-1]
    for left in (b"".join(lines[:-1]), b"".join(lines)[:-1]):
        path.write_bytes(left)
        assert [one.name for one in check_lake(place / "lake")] == [JOURNAL]
        assert "the last landing here did not end; it is completed" in run(place).output
        assert check_lake(place / "lake") == []


@pytest.mark.parametrize("moment", ["staged", "written"])
def test_a_build_finds_nothing_that_is_being_landed(place, send, monkeypatch, moment):
    """No pattern of the sources reaches what a landing at work, or a killed one, has aside."""
    send(month(11) + "x,x,x\n", submission="dcc/pmr_deliveries/2021-11/v1")
    lake = place / "lake"
    source = (ROOT / "models/staging/lake/_lake__sources.yml").read_text()
    patterns = re.findall(r"lake/sample\"\) }}/([^'`]+/[^'`]+)['`]", source)
    assert len(patterns) >= 5
    patterns = [pattern.replace("${identifier}", "*") for pattern in patterns]

    def found():
        return {path for pattern in patterns for path in lake.glob(pattern)}

    before = found()
    seen = []
    name = {"staged": "_write", "written": "_publish"}[moment]
    plain = getattr(Landing, name)

    def look(self, *arguments):
        seen.append((found(), len(list((lake / "_aside").rglob("*.parquet")))))
        return plain(self, *arguments)

    monkeypatch.setattr(Landing, name, look)
    run(place)
    ((during, aside),) = seen
    assert during == before
    assert aside == (1 if moment == "staged" else 2)


def test_a_lake_of_the_format_before_is_taken_over_as_it_is(place):
    lake = place / "lake"
    before = rows(lake), said(lake)
    to_format_1(lake, place / "extracts")
    with pytest.raises(DamageError, match="is a lake of format 1, without checksums: `cpm land` takes it over"):
        require_sound(lake)
    assert "0 submissions would be landed (0 rows, 0 quarantined), 4 known" in run(place, "--dry-run").output
    result = run(place)
    assert result.output.count("was of format 1; its 4 submissions are as they were") == 1
    assert "4 known" in result.output
    assert check_lake(lake, thorough=True) == []
    assert (rows(lake), said(lake)) == before
    assert not (lake / "_extracts").exists()


def test_a_lake_of_the_format_before_that_is_damaged_is_not_taken_over(place):
    lake = place / "lake"
    to_format_1(lake, place / "extracts")
    shutil.copy(
        lake / "pmr_deliveries/provider=dcc/period=2021-07/version=1/a.parquet", lake / PLACE / "c.parquet"
    )
    (lake / "pmr_deliveries/provider=dcc/period=2021-09/version=1/_submission.json").write_text("")
    result = run(place)
    assert result.exit_code == 5
    assert "its 2 submissions are as they were" in result.output
    assert f"damaged {lake}/{PLACE}/c.parquet" in result.output
    assert run(place, "--repair").exit_code == 4
    assert check_lake(lake, thorough=True) == []
    assert len(read_journal(lake).submissions) == 4


@pytest.mark.parametrize("after", range(5))
def test_a_takeover_that_was_killed_goes_on(place, monkeypatch, after):
    lake = place / "lake"
    before = said(lake)
    to_format_1(lake, place / "extracts")
    written = []

    def write_some(path, content):
        if len(written) == after:
            raise KeyboardInterrupt
        written.append(path)
        path.write_bytes(content)

    monkeypatch.setattr(lakes, "write_whole", write_some)
    if after < 4:
        with pytest.raises(KeyboardInterrupt):
            list(land(place / "extracts", lake, load_contracts()))
    monkeypatch.undo()
    monkeypatch.chdir(ROOT)
    assert run(place).exit_code == 4
    assert check_lake(lake, thorough=True) == []
    assert said(lake) == before


def test_a_lake_of_a_later_format_is_left_alone(place):
    journal = read_journal(place / "lake")
    journal.events[0]["format"] = 3
    journal.write()
    result = run(place)
    assert result.exit_code == 1
    assert (
        "is a lake of format 3, and this version of the project reads format 2; update the project"
        in result.output
    )


def test_a_lock_that_is_none_is_one_line(place):
    (place / "lake/_lock").write_bytes(b"not a lock" * 100)
    result = run(place)
    assert result.exit_code == 1
    assert re.fullmatch(r"error: .*_lock: cannot be locked .*; delete this file while no .*\n", result.output)


def test_landing_waits_or_refuses_by_a_setting(place, monkeypatch):
    lake = place / "lake"
    with hold_lake(lake, shared=True), hold_lake(lake, shared=True):
        result = run(place)
        assert result.exit_code == 1
        assert re.fullmatch(
            r"error: .*lake: another .* is at work here; run this again .*CPM_WAIT=.*\n", result.output
        )
        result = run(place, "--wait", "0.1")
        assert "waiting for up to 0.1 s" in result.output
        assert "still after 0.1 s" in result.output
    holding, let_go = threading.Event(), threading.Event()

    def hold():
        with hold_lake(lake):
            holding.set()
            let_go.wait(1)

    for options in ({"env": {"CPM_WAIT": "60"}}, {}):
        thread = threading.Thread(target=hold)
        thread.start()
        holding.wait()
        assert run(place, *([] if options else ["--wait", "60"]), **options).exit_code == 4
        thread.join()
        holding.clear()
    with (
        hold_lake(lake),
        pytest.raises(CpmError, match="`cpm land` is at work here"),
        hold_lake(lake, shared=True),
    ):
        pass


@pytest.mark.parametrize("given", ["soon", "-1", "inf", "nan"])
def test_a_setting_that_is_no_number_of_seconds_is_one_line(place, given):
    result = run(place, env={"CPM_WAIT": given})
    assert result.output == f"error: CPM_WAIT is '{given}', not a number of seconds; write it like CPM_WAIT=600\n"


def test_a_lake_is_closed_to_other_users_whatever_the_umask(send, tmp_path, contracts):
    lake = tmp_path / "lake"
    before = os.umask(0)
    try:
        assert [one.status for one in land(send(GOOD + "x,x,x\n"), lake, contracts)] == ["landed"]
        assert os.umask(0) == 0, "the umask is as it was"
        run(tmp_path)
    finally:
        os.umask(before)

    def open_ones():
        modes = {path: stat.S_IMODE(path.lstat().st_mode) for path in [lake, *lake.rglob("*")]}
        return {
            path.name: oct(mode) for path, mode in modes.items() if mode != (0o700 if path.is_dir() else 0o600)
        }

    assert open_ones() == {}
    for path in (lake, lake / PLACE, lake / PLACE / "pmr.parquet", lake / JOURNAL):
        path.chmod(0o755)
    assert run(tmp_path).exit_code == 0
    assert open_ones() == {}


def cpm(place, *, lake, **options):
    command = [Path(sys.executable).with_name("cpm"), "land", "--extracts", place / "extracts", "--lake", lake]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, **options)


def test_no_room_and_no_leave_are_one_line_and_no_refusal(send, tmp_path):
    """A limit on the size of files stands for a full disk: nothing is refused for it, and the next run lands."""
    lake = tmp_path / "lake"
    send()
    assert cpm(tmp_path, lake=lake).returncode == 0
    numbers = random.Random(3)
    large = "".join(f"2021-09-01,{numbers.randrange(1, 10**18)},2021-11-05\n" for _ in range(20_000))
    send(HEADER + large, submission="dcc/pmr_deliveries/2021-09/v1")

    def no_room():
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    full = cpm(tmp_path, lake=lake, preexec_fn=no_room)
    nowhere = cpm(tmp_path, lake="/proc/lake")
    in_a_file = cpm(tmp_path, lake=tmp_path / "extracts/dcc/pmr_deliveries/2021-08/v1/pmr.csv/lake")
    for found in (full, nowhere, in_a_file):
        assert found.returncode == 1
        assert re.fullmatch(r"error: .*\n", found.stderr), found.stderr
    assert "there is no room" in full.stderr
    assert list(lake.glob("_refused/pmr*")) == []
    assert cpm(tmp_path, lake=lake).returncode == 0
    assert check_lake(lake, thorough=True) == []


def test_a_lake_that_may_not_be_written_to_is_one_line(place):
    """By another user where root runs the test: root may write anywhere."""
    for folder in (place, *place.parents):
        if folder.stat().st_uid == os.geteuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o055)
    (place / "lake").chmod(0o555)
    command = (
        # What is imported on the way is imported while Python's own files may be read.
        "import os, ctypes, click._termui_impl; from cpm_warehouse.cli import load_contracts, main;"
        "load_contracts(); os.geteuid() or os.setuid(65534);"
        f"main(['land', '--extracts', '{place}/extracts', '--lake', '{place}/lake'])"
    )
    found = subprocess.run([sys.executable, "-c", command], cwd=ROOT, capture_output=True, text=True, check=False)
    (place / "lake").chmod(0o755)
    assert found.returncode == 1
    assert re.fullmatch(r"error: .*; let this user read and write there\n", found.stderr), found.stderr


def test_every_entry_of_the_register_stands_in_the_file_that_other_engines_read(place, send):
    """Spark reads no `_submission.json`; an entry that is not in its file would be missing from its figures."""
    lake = place / "lake"
    path = lake / "_register/submissions.jsonl"

    def told():
        return [json.loads(line) for line in path.read_text().splitlines()]

    send(month(11), submission="dcc/pmr_deliveries/2021-11/v1")
    run(place)
    assert told() == [json.loads(content) for _, content in sorted(entries(lake).items())]
    require_register(lake, read_journal(lake))
    for damage in (lambda: path.write_text(path.read_text().replace("2021-11", "2021-12")), path.unlink):
        damage()
        with pytest.raises(CpmError, match="has not the entries of the journal; `cpm land` writes it anew"):
            require_register(lake, read_journal(lake))
    run(place)
    require_register(lake, read_journal(lake))
