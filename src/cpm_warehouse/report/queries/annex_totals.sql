-- How did each Business Process do over all Regions, SEC Parties and device types?
select
    business_process_name,
    service_reference_variant,
    volume,
    success_count,
    final_count,
    success_pct
from marts.rpt_business_process_totals
where reporting_month = $reporting_month
order by business_process asc, volume desc, service_reference_variant asc
