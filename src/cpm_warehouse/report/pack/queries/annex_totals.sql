-- caption: Volume and success by Business Process and Service Reference Variant (or Alert code)
-- note: All Regions, SEC Parties and device types together. Never sum across Business Processes:
--   one Service Request can serve several. Alerts have a volume only.
select
    business_process_name,
    service_reference_variant,
    volume,
    success_count,
    final_count,
    success_pct
from marts.rpt_business_process_totals
where reporting_month = $month
order by business_process asc, volume desc, service_reference_variant asc
