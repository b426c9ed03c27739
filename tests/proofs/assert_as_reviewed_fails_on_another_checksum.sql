-- No file has no checksum; the seed itself is held by its own test.
with

failures as (
    {{ test_as_reviewed(ref('provenance_ranks'), checksum='') }}
)

select count(*) as failure_count
from failures
having count(*) != 1
