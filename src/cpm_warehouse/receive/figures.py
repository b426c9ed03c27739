"""Reads the rows of a submission once: for every check, for what is filled, and for keys that stand twice.

Of each row a hash of its key and a bit for each condition are kept meanwhile. Rows at fault and rows that may
share a key are known by them, and only these are read a second time.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import duckdb

from cpm_warehouse.contracts import Contract
from cpm_warehouse.duck import quoted
from cpm_warehouse.receive.checks import Check
from cpm_warehouse.receive.counted import Counted, CountedCheck
from cpm_warehouse.receive.reading import RowFaults, Staged

# Bits in a column of marks: their sum has no sign to run into.
BITS = 62


@dataclass(frozen=True)
class Repeats:
    """Rows that share a key, by their keys.

    `keys` have several rows, `rows` together, `whole` of them with a value in each column of the key; `repeated`
    repeat another exactly, and `conflicts` are those whose content differs, by the number of their file.
    """

    keys: int
    rows: int
    whole: int
    repeated: int
    conflicts: Mapping[int, Sequence[int]]


@dataclass(frozen=True)
class _Alike:
    """Rows of a file that have the same marks: how many there are, and the first of them."""

    file: int
    marks: int
    rows: int
    first: int


class Marks:
    """The rows of staged files with their marks, in temporary tables of a connection, until `close`.

    Files and checks are known by their numbers, from 0, and rows by theirs in a file.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        staged: Sequence[Staged],
        contract: Contract,
        checks: Sequence[Check],
    ) -> None:
        self.connection = connection
        self.staged = staged
        self.contract = contract
        self.checks = checks
        self.close()
        parts = "".join(f", marks_{part} ubigint" for part in range(len(self._parts)))
        connection.execute(f"create temp table marks (file integer, file_row bigint, key_hash ubigint{parts})")

    def read(self, file: int) -> None:
        """Read a file to its end: every value of every column."""
        self.connection.execute(f"insert into temp.marks {self._marked(file, self.staged[file].relation)}")

    def read_again(self, checks: Sequence[Check], looks: Sequence[int]) -> None:
        """Judge the rows that break any of these looks by other checks, which find nothing in the other rows.

        The checks before the looks stay as they are, and have their numbers. Values may have changed meanwhile, of
        these rows alone.
        """
        before = len(self._parts)
        seen = self._is_marked(looks)
        rows = [self.relation_of(file, looks) for file in range(len(self.staged))]
        self.checks = checks
        again = " union all ".join(self._marked(file, relation) for file, relation in enumerate(rows))
        self.connection.execute(f"create temp table judged as {again}")
        self.connection.execute(f"delete from temp.marks where {seen}")
        for part in range(before, len(self._parts)):
            self.connection.execute(f"alter table temp.marks add column marks_{part} ubigint default 0")
        self.connection.execute("insert into temp.marks from temp.judged")
        self.connection.execute("drop table temp.judged")
        self.__dict__.pop("_alike", None)

    def relation_of(self, file: int, checks: Sequence[int]) -> str:
        """SQL of the rows of a file that break any of these checks, with file_row_number."""
        where = f"file = {file} and ({self._is_marked(checks)})"
        seen = f"(select file_row from temp.marks where {where}) as seen"
        return f"(select * from {self.staged[file].relation} semi join {seen} on file_row_number = file_row)"

    def close(self) -> None:
        """Drop the tables."""
        for table in ("marks", "picked"):
            self.connection.execute(f"drop table if exists temp.{table}")

    def _marked(self, file: int, rows: str) -> str:
        """SQL of rows of a file, with their marks."""
        parts = ", ".join(f"{_sum_of_bits(part)} as marks_{number}" for number, part in enumerate(self._parts))
        known = f"{file} as file, file_row_number as file_row, hash({self._key}) as key_hash"
        return f"select {known}, {parts} from {rows}"

    @property
    def _parts(self) -> list[list[str]]:
        """Conditions of the bits of each column of marks."""
        conditions = [f"{quoted(name)} is not null" for name in self.contract.names]
        conditions += [check.condition for check in self.checks]
        return [conditions[start : start + BITS] for start in range(0, len(conditions), BITS)]

    def _is_marked(self, checks: Sequence[int]) -> str:
        """SQL that is true of marks with the bit of any of these checks."""
        wanted = self._bits(checks)
        parts = [(wanted >> (BITS * part)) & ((1 << BITS) - 1) for part in range(len(self._parts))]
        return " or ".join(f"marks_{part} & {bits} <> 0" for part, bits in enumerate(parts) if bits) or "false"

    @property
    def _key(self) -> str:
        return ", ".join(map(quoted, self.contract.key))

    @cached_property
    def _alike(self) -> list[_Alike]:
        parts = ", ".join(f"marks_{part}" for part in range(len(self._parts)))
        found = self.connection.execute(
            f"select file, count(*), min(file_row), {parts} from temp.marks group by file, {parts}"
        ).fetchall()
        return [
            _Alike(file, sum(marks << (BITS * place) for place, marks in enumerate(several)), rows, first)
            for file, rows, first, *several in found
        ]

    def _bits(self, checks: Sequence[int]) -> int:
        return sum(1 << (len(self.contract.columns) + check) for check in checks)

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return sum(one.rows for one in self._alike)

    def filled(self, *names: str) -> int:
        """How many rows have a value in each of these columns."""
        wanted = sum(1 << self.contract.names.index(name) for name in names)
        return sum(one.rows for one in self._alike if one.marks & wanted == wanted)

    def broken(self, check: int) -> int:
        """How many rows break a check."""
        return sum(one.rows for one in self._alike if one.marks & self._bits([check]))

    def faulty(self, file: int, checks: Sequence[int]) -> tuple[int, int]:
        """How many rows of a file break any of these checks, and which is the first."""
        found = [one for one in self._alike if one.file == file and one.marks & self._bits(checks)]
        return sum(one.rows for one in found), min((one.first for one in found), default=0)

    def why_faulty(self, file: int, row: int, checks: Sequence[int]) -> RowFaults:
        """Say of one row why it is at fault."""
        return self._reasons(f"{self.staged[file].relation} where file_row_number = {row}", checks)

    def pick(self, checks: Sequence[int]) -> None:
        """Read the rows again that may share a key, or break any of these checks."""
        self.connection.execute(
            f"""
            create temp table wanted as
            select file, file_row, may_repeat
            from (
                select
                    file,
                    file_row,
                    key_hash in (
                        select key_hash from temp.marks group by key_hash having count(*) > 1
                    ) as may_repeat,
                    {self._is_marked(checks)} as is_faulty
                from temp.marks
            )
            where may_repeat or is_faulty
            """
        )
        columns = ", ".join(map(quoted, self.contract.names))
        # Names that no contract has: `filename` is the number of the file, and `version` whether a row may repeat.
        rows = " union all ".join(
            f"select {file} as filename, file_row_number, may_repeat as version, {columns} from {staged.relation}"
            f" inner join (select file_row, may_repeat from temp.wanted where file = {file}) as wanted"
            " on file_row_number = file_row"
            for file, staged in enumerate(self.staged)
        )
        self.connection.execute(f"create temp table picked as {rows}")
        self.connection.execute("drop table temp.wanted")

    def find_faulty(self, file: int, checks: Sequence[int], counts: Counter[int]) -> RowFaults:
        """Return rules and reason of each picked row of a file that breaks any of these checks; counts each."""
        return self._reasons(f"temp.picked where filename = {file}", checks, counts)

    def _reasons(self, rows: str, checks: Sequence[int], counts: Counter[int] | None = None) -> RowFaults:
        if not checks:
            return {}
        named = [(number, self.checks[number]) for number in checks]
        broken = ", ".join(f"case when {check.condition} then {number} end" for number, check in named)
        reasons = ", ".join(f"case when {check.condition} then {check.reason} end" for _, check in named)
        found = self.connection.execute(
            f"select * from (select file_row_number, list_filter([{broken}], one -> one is not null) as broken,"
            f" concat_ws('; ', {reasons}) from {rows}) where broken <> [] order by file_row_number"
        ).fetchall()
        for _, numbers, _ in found:
            if counts is not None:
                counts.update(numbers)
        return {
            row: (tuple(dict.fromkeys(self.checks[number].rule_id for number in numbers)), reason)
            for row, numbers, reason in found
        }

    def repeats(self) -> Repeats:
        """Find the picked rows that share a key: hashes of other keys may be the same."""
        content = ", ".join(f"{quoted(name)} := {quoted(name)}" for name in self.contract.names)
        is_whole = " and ".join(f"{quoted(name)} is not null" for name in self.contract.key)
        found = self.connection.execute(
            f"""
            select
                count(*),
                coalesce(sum(row_count), 0),
                coalesce(sum(row_count) filter (where is_whole), 0),
                coalesce(sum(row_count - content_count), 0),
                flatten(coalesce(list(differing) filter (where content_count > 1), []))
            from (
                select
                    count(*) as row_count,
                    {is_whole} as is_whole,
                    count(distinct struct_pack({content})) as content_count,
                    {"list((filename, file_row_number))" if self.contract.key_is_unique else "[]"} as differing
                from temp.picked
                where version
                group by {self._key}
                having count(*) > 1
            )
            """
        ).fetchone()
        assert found is not None
        keys, rows, whole, repeated, differing = found
        conflicts: dict[int, list[int]] = {file: [] for file in range(len(self.staged))}
        for file, row in differing:
            conflicts[file].append(row)
        return Repeats(keys, int(rows), int(whole), int(repeated), conflicts)

    def counted(
        self, repeats: Repeats, *, noted: Sequence[int], row_bounds: tuple[int, int] | None, volume_noted: bool
    ) -> Counted:
        """Return what was counted; `noted` has of each check in how many rows something was done about it."""
        rows = self.rows
        checks = [
            CountedCheck(
                rule_id=check.rule_id,
                columns=list(check.columns),
                expectation=check.expectation[0] if check.expectation else "",
                arguments=dict(check.expectation[1]) if check.expectation else {},
                missing=rows - self.filled(check.columns[0]),
                compared=self.filled(*check.columns),
                broken=self.broken(number),
                noted=noted[number],
            )
            for number, check in enumerate(self.checks)
        ]
        return Counted(
            rows=rows,
            checks=checks,
            key=self.contract.key,
            missing_keys=rows - self.filled(*self.contract.key),
            distinct=rows - repeats.rows + repeats.keys,
            shared=repeats.whole,
            repeats_noted=bool(
                repeats.repeated or any(repeats.conflicts.values()) or not self.contract.key_is_unique
            ),
            row_bounds=row_bounds,
            volume_noted=volume_noted,
        )


def _sum_of_bits(conditions: Sequence[str]) -> str:
    return " + ".join(
        f"case when {condition} then {1 << bit}::ubigint else 0::ubigint end"
        for bit, condition in enumerate(conditions)
    )
