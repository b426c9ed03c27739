-- Who did the PMR wait for?
select
    provider,
    expected_extract_count,
    received_extract_count,
    contracted_due_date,
    last_received_date,
    regime_due_date,
    contracted_slack_working_days,
    actual_slack_working_days,
    is_contracted_critical,
    is_actual_critical
from marts.rpt_pmr_critical_path
where reporting_month = $reporting_month
order by provider
