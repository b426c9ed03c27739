-- What did earlier reports say, and why is it another figure now? Of the measures' own readings,
-- all Regions and providers together. `submissions`: what moved it is in that column of the mart.
select
    measure_id,
    reporting_month,
    as_published_met_count as was_met,
    as_published_total_count as was_total,
    round(as_published_pct, 2) as was_pct,
    round(now_pct, 2) as now_pct,
    as_published_status as was_status,
    now_status,
    cause
from marts.rpt_restatements
where
    now_is_default
    and scope_type = 'national'
order by measure_id, reporting_month, last_publication_id
