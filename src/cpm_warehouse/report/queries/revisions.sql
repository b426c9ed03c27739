-- Which results of measures up to the month were published before and differ now? The latest month
-- first.
select *
from marts.rpt_measure_summary
where
    is_restated
    and reporting_month <= $reporting_month
order by reporting_month desc, measure_id asc
