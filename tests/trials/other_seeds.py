"""Simulates the sample with other seeds, builds and publishes each, and holds what readers are shown to its marts.

    .venv/bin/python tests/trials/other_seeds.py [--seeds 2 3] [--place FOLDER]

Each seed has a copy of the project's files, as they are in the working tree, with extracts of its own: `make
sample` with that seed, then a build with every test of data, a publication, and the tests of CHECKS there. These
look up the numbers of main points, chart labels, site and workbook in the marts, of every month of the sample. The
project itself is only read. Some ten minutes a seed. Exit code 1 if any fails.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
# When the sample's earlier publication was made, as in the Makefile.
EARLIER_AT = "2021-10-24 23:59:59"
CHECKS = {
    "test_sentences.py": (
        "test_every_number_of_the_main_points_is_in_the_summary",
        "test_every_number_beside_a_measure_is_that_measures",
        "test_sentences_follow_whatever_the_summary_says",
    ),
    "test_pack.py": (
        "test_every_figure_of_the_workbook_is_in_a_mart",
        "test_rows_of_one_mart_are_rows_of_that_mart",
        "test_every_label_of_a_measures_charts_is_in_a_mart",
    ),
    "test_annex_charts.py": (
        "test_incidents_open_by_age",
        "test_alerts_measured_and_by_proxy",
        "test_firmware_activated_by_day",
        "test_from_when_each_option_reports",
        "test_on_which_basis_each_option_reports_each_measure",
    ),
    "test_site.py": (
        "test_every_measure_of_every_month_has_its_page_with_its_result",
        "test_a_page_has_the_rows_of_its_measure_and_month_and_of_no_other",
        "test_main_points_are_those_that_hold_to_the_summary",
        "test_every_link_leads_to_a_page_and_a_place",
        "test_the_line_of_a_trace_and_the_query_lead_to_what_stands_behind_the_result",
        "test_firmware_is_shown_by_each_cut_whole",
        "test_service_levels_by_month_are_those_of_a_query",
        "test_search_has_every_page_and_finds_every_measure_of_every_month",
    ),
    "test_papers.py": (
        "test_108_months_by_four_lengths_are_those_of_the_scenarios",
        "test_the_timeline_of_a_chart_is_the_mart_month_by_month",
        "test_the_figures_of_an_answer_are_those_of_their_marts",
    ),
    "test_explorer.py": (
        "test_the_rows_behind_every_figure_add_up_to_it",
        "test_the_cells_behind_the_speed_of_alerts_add_up_where_they_are_measured",
        "test_the_cells_behind_service_requests_are_the_events_counted_and_left_out",
    ),
}


def copied(place: Path) -> None:
    """Copy the files that git knows or would add, but for the sample's own extracts."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file() and not name.startswith(("extracts/sample/", "extracts/truth/")):
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, place / name)


def run(place: Path, *command: object, **more: str) -> None:
    """Run a command there, and end with what it said where it fails."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("CPM_", "DBT_"))}
    environment = {**ours, "PYTHONPATH": str(place / "src"), "PYTHONUTF8": "1", **more}
    done = subprocess.run(
        [str(one) for one in command], cwd=place, env=environment, capture_output=True, check=False
    )
    if done.returncode:
        said = f"{done.stdout.decode(errors='replace')}{done.stderr.decode(errors='replace')}"
        sys.exit(f"{' '.join(map(str, command))}: exit code {done.returncode}\n{said[-6000:]}")


def publish(place: Path, seed: int) -> None:
    """Simulate with the seed, with the earlier publication that the sample has; land, build and publish."""
    cpm, sample = BIN / "cpm", place / "target/sample"
    run(place, cpm, "simulate", "--seed", seed, "--out", "extracts/sample", "--truth", "extracts/truth")
    sample.mkdir(parents=True)
    run(place, cpm, "land", "--extracts", "extracts/sample", "--lake", sample / "lake", "--accept-quarantine")
    run(
        place,
        *(BIN / "dbt", "--quiet", "build", "--select", "+fct_measure_results", "int_reporting_clock"),
        *("--exclude-resource-type", "test", "unit_test", "--target-path", sample / "dbt"),
        *("--vars", f'{{lake_root: target/sample/lake, as_known_at: "{EARLIER_AT}"}}'),
        CPM_WAREHOUSE=str(sample / "cpm.duckdb"),
    )
    earlier = ("--warehouse", sample / "cpm.duckdb", "--published-at", EARLIER_AT)
    run(place, cpm, "earlier-publication", *earlier)
    run(place, cpm, "land", "--accept-quarantine")
    run(place, cpm, "build", "--", "--selector", "data")
    run(place, cpm, "publish")


def checked(place: Path) -> bool:
    """Run the checks over what is published there, and say what they come to."""
    tests = [f"tests/python/{file}::{name}" for file, names in CHECKS.items() for name in names]
    options = ("-q", "--tb=short", "-o", "addopts=", "-p", "no:xdist", "-p", "no:cacheprovider")
    done = subprocess.run(
        [str(BIN / "pytest"), *options, *tests],
        cwd=place,
        env={**os.environ, "PYTHONPATH": str(place / "src"), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    print(done.stdout[-6000:] if done.returncode else done.stdout.strip().splitlines()[-1], flush=True)
    return not done.returncode


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[2, 3])
    parser.add_argument("--place", type=Path, help="where to keep what is made; by default nowhere")
    asked = parser.parse_args()
    failed = []
    with tempfile.TemporaryDirectory() as temporary:
        for seed in asked.seeds:
            place = (asked.place or Path(temporary)).resolve() / f"seed-{seed}"
            place.mkdir(parents=True)
            started = time.monotonic()
            copied(place)
            publish(place, seed)
            print(f"seed {seed}: built and published in {time.monotonic() - started:.0f} s", flush=True)
            if not checked(place):
                failed.append(seed)
    print(f"{len(failed)} of {len(asked.seeds)} seeds failed{': ' * bool(failed)}{', '.join(map(str, failed))}")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
