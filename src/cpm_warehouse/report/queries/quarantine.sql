-- What was noticed in the data received for the month?
select
    provider,
    extract,
    rule_description,
    consequence,
    submission_count,
    current_row_count,
    current_received_rows,
    current_row_pct,
    remedy
from marts.rpt_quarantine
where reporting_month = $reporting_month
order by provider, extract, rule_id
