-- A row kept aside, or a file of the lake, that no register entry knows is neither received nor lost:
-- a copy by hand, or a landing that a crash cut in two.
select
    submission_key,
    'quarantined row' as what
from {{ ref('stg_lake__quarantined_rows') }}
where submission_key not in (select known.submission_key from {{ ref('stg_lake__submissions') }} as known)
union all
select
    submission_key,
    'file of the lake' as what
from {{ ref('stg_lake__parquet_files') }}
where
    submission_key not in (select known.submission_key from {{ ref('stg_lake__submissions') }} as known)
    and submission_key not like 'published_measure_results/warehouse/%'
    and submission_key not like '%/none/none/v0'
