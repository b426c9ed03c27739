"""The files of a submission as they were received, and what its control file says of them."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

from cpm_warehouse.errors import RefusalError
from cpm_warehouse.files import copy_bytes, sha256
from cpm_warehouse.receive.control import Control, read_control
from cpm_warehouse.receive.names import CONTROL_FILE
from cpm_warehouse.receive.submissions import Submission


class Received:
    """The files of a submission as received, with their checksums, as far as they can be read.

    Parquet is copied into a folder, if there is one, and the copy is read instead: it may come to lie in the lake
    as it is, and nobody else can write to it after its checksum was taken.
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self.copies: dict[str, Path] = {}
        self.paths: list[Path] = []
        self.sums: dict[str, str] = {}
        self.control_sum: str | None = None
        self.at = datetime.now(UTC)

    def read(self, submission: Submission) -> None:
        """Read every file. Raises RefusalError where there is none."""
        paths = submission.files()
        if not paths:
            raise RefusalError(
                "no_files", f"{submission.directory}: no files here; ask {submission.provider} to send them"
            )
        for number, path in enumerate(paths):
            if self.folder and path.suffix == ".parquet":
                copy_bytes(path, self.folder / f"{number}.parquet")
                self.copies[path.name] = self.folder / f"{number}.parquet"
        self.sums = {path.name: sha256(self.copies.get(path.name, path)) for path in paths}
        self.paths = paths
        control = submission.directory / CONTROL_FILE
        self.control_sum = sha256(control) if control.exists() else None

    def keep(self, name: str, target: Path) -> None:
        """Let the copy of a file take the place of a link to it; without copies, the link stays."""
        if name in self.copies:
            self.copies[name].replace(target)

    def close(self) -> None:
        """Remove the copies that were not kept."""
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    def control(self, submission: Submission) -> Control:
        """Read the control file and hold the files against it; without one, all was received now, and is real."""
        path = submission.directory / CONTROL_FILE
        if self.control_sum is None:
            return Control(self.at, is_synthetic=False)
        control = read_control(path, submission.period, datetime.now(UTC))
        self.at = control.received_at
        if control.names is not None and sorted(control.names) != sorted(self.sums):
            raise RefusalError(
                "control_files_differ",
                f"{path}: lists {sorted(control.names)}, but the files are {sorted(self.sums)}; send what is"
                " missing or list it",
            )
        for name, found in self.sums.items():
            if control.checksums.get(name, found) != found:
                raise RefusalError(
                    "checksum_differs",
                    f"{submission.directory / name}: SHA-256 is {found}, the control file says"
                    f" {control.checksums[name]}; the file was damaged or changed, send it again",
                )
        return control
