-- Landing quarantines a repeated key, so a month and version that a submission lists twice were
-- made so on the way here: a PMR would be taken for another version of itself and drop out.
select
    submission_key,
    reporting_month,
    pmr_version,
    count(*) as row_count
from {{ ref('stg_dcc__pmr_deliveries') }}
group by
    submission_key,
    reporting_month,
    pmr_version
having count(*) > 1
