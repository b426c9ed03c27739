-- Do the DCC's Incidents agree with the providers' own lists?
select
    provider,
    match_status,
    incident_count
from marts.rpt_incident_agreement_counts
where reporting_month = $reporting_month
order by provider, match_status
