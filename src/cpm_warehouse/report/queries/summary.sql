-- What does a reader need of each measure of the month?
select *
from marts.rpt_measure_summary
where reporting_month = $reporting_month
order by measure_id
