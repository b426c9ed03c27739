-- Nothing is lost on the way in: of every file, the rows received are those accepted and those kept
-- aside, the lake's own files hold as many as the register says, and the files of a submission add
-- up to it. A row lost or doubled on receipt would move a figure without a trace.
with

files as (
    select *
    from {{ ref('stg_lake__submission_files') }}
),

submissions as (
    select *
    from {{ ref('stg_lake__submissions') }}
),

lake_rows as (
    select
        submission_key,
        file_stem,
        sum(lake_rows) as lake_rows
    from {{ ref('stg_lake__parquet_files') }}
    group by submission_key, file_stem
),

kept_aside as (
    select
        submission_key,
        file_stem,
        count(*) as kept_rows
    from {{ ref('stg_lake__quarantined_rows') }}
    group by submission_key, file_stem
),

by_file as (
    select
        files.submission_key,
        files.file_name,
        files.received_rows,
        files.accepted_rows,
        files.quarantined_rows,
        coalesce(lake_rows.lake_rows, 0) as lake_rows,
        coalesce(kept_aside.kept_rows, 0) as kept_rows
    from files
    left join lake_rows
        on
            files.submission_key = lake_rows.submission_key
            and files.file_stem = lake_rows.file_stem
    left join kept_aside
        on
            files.submission_key = kept_aside.submission_key
            and files.file_stem = kept_aside.file_stem
),

by_submission as (
    select
        submissions.submission_key,
        'all files' as file_name,
        submissions.received_rows,
        submissions.accepted_rows,
        submissions.quarantined_rows,
        coalesce(sum(by_file.accepted_rows), 0) as lake_rows,
        coalesce(sum(by_file.quarantined_rows), 0) as kept_rows
    from submissions
    left join by_file
        on submissions.submission_key = by_file.submission_key
    group by
        submissions.submission_key,
        submissions.received_rows,
        submissions.accepted_rows,
        submissions.quarantined_rows
),

counted as (
    select * from by_file
    union all
    select * from by_submission
)

select *
from counted
where
    received_rows is distinct from accepted_rows + quarantined_rows
    or accepted_rows is distinct from lake_rows
    or quarantined_rows is distinct from kept_rows
