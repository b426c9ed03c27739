-- caption: Data received for the month
-- note: Rows received are rows accepted plus rows quarantined. The latest version of an extract
--   counts.
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
where reporting_month = $month
order by provider, extract, submission_version
