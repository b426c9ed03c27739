-- Which months are reported? The latest first.
select distinct reporting_month
from marts.fct_measure_results
order by reporting_month desc
