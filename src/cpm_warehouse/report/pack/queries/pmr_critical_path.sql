-- caption: Who the PMR waited for
-- note: Seven of the 13 Service Providers that the OPSG paper counts; the names of the other six
--   were not found. Critical: the provider, or providers, whose last extract came last or is
--   missing. Slack is counted from it, with the days for production, to the PMR's due date.
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
where reporting_month = $month
order by provider
