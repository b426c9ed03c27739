-- What was received for the month?
select
    provider,
    extract,
    submission_version,
    verdict,
    received_date,
    due_date,
    late_working_days,
    received_rows,
    accepted_rows,
    quarantined_rows,
    is_current
from marts.fct_submissions
where reporting_month = $reporting_month
order by provider, extract, submission_version
