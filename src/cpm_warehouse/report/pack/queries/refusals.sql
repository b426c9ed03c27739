-- caption: Submissions refused on receipt; they changed nothing
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
where reporting_month = $month
order by provider, extract, submission_version, refused_at, reason
