-- Is anything known to be missing of the measure in the month?
select
    reason,
    extract,
    event_count
from marts.rpt_measure_gaps
where
    measure_id = $measure_id
    and reporting_month = $reporting_month
order by reason
