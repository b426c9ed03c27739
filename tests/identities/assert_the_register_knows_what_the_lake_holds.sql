-- A row kept aside, or a file of the lake, that no register entry knows is neither received nor
-- lost: a copy by hand, or a landing that a crash cut in two.
with

submissions as (
    select submission_key
    from {{ ref('stg_lake__submissions') }}
),

held as (
    select
        submission_key,
        'quarantined row' as what
    from {{ ref('stg_lake__quarantined_rows') }}
    union all
    select
        submission_key,
        'file of the lake' as what
    from {{ ref('stg_lake__parquet_files') }}
    where
        submission_key not like 'published_measure_results/warehouse/%'
        and submission_key not like '%/none/none/v0'
)

select held.*
from held
left join submissions
    on held.submission_key = submissions.submission_key
where submissions.submission_key is null
