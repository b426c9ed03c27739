-- Which figures published before differ now? All Regions and providers together come first.
select
    measure_id,
    reporting_month,
    scope_type,
    scope,
    as_published_pct,
    as_published_met_count,
    as_published_total_count,
    now_pct,
    now_met_count,
    now_total_count,
    difference_points,
    as_published_status,
    now_status,
    cause,
    submissions,
    is_acknowledged,
    last_published_at
from marts.rpt_restatements
where
    (as_published_is_default or now_is_default)
    and reporting_month <= $reporting_month
order by
    reporting_month desc,
    case scope_type when 'national' then 1 else 2 end asc,
    measure_id asc,
    scope_type asc,
    scope asc,
    last_published_at desc
