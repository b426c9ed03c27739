-- Whom did the PMR for September 2021 wait for? `slack`: Working Days between a provider's last
-- file and the day by which it had to come; below 0 it came late.
select
    regime_id,
    provider,
    expected_extract_count as expected,
    received_extract_count as received,
    contracted_due_date,
    last_received_date,
    contracted_slack_working_days as contracted_slack,
    actual_slack_working_days as actual_slack,
    is_actual_critical
from marts.rpt_pmr_critical_path
inner join marts.rpt_pmr_due_dates
    using (reporting_month, regime_id)
where reporting_month = date '2021-09-01'
order by actual_slack_working_days asc, provider asc
