-- caption: What was noticed in the data received for the month, by rule
-- note: Rows of the version that counts, out of those received in it.
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
where reporting_month = $month
order by provider, extract, rule_id
