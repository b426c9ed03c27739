-- caption: Agreement of the DCC's Incidents with the providers' own lists
select
    provider,
    match_status,
    incident_count
from marts.rpt_incident_agreement_counts
where reporting_month = $month
order by provider, match_status
