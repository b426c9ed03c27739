-- caption: PMRs delivered up to the month
-- note: Version 1 decides whether a PMR was on time; later versions are corrections.
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
where reporting_month <= $month
order by reporting_month desc, pmr_version asc
