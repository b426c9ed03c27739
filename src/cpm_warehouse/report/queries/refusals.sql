-- Which submissions were refused on receipt?
select
    provider,
    extract,
    submission_version,
    reason,
    remedy,
    received_at,
    refused_at,
    has_landed
from marts.fct_refusals
where reporting_month = $reporting_month
order by provider, extract, submission_version, refused_at, reason
