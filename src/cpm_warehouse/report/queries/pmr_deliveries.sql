-- Which PMRs were delivered up to the month, and were they on time?
select
    reporting_month,
    pmr_version,
    regime_id,
    sla_working_days,
    due_date,
    delivered_date,
    is_on_time,
    late_working_days,
    obligation_due_date
from marts.fct_pmr_deliveries
where reporting_month <= $reporting_month
order by reporting_month desc, pmr_version asc
