-- caption: Volume, success and times by Business Process and Service Reference Variant
-- note: Never sum volumes across Business Processes: one Service Request can serve several. SEC
--   Parties stand under pseudonyms; those with few events are pooled. Times are within 1%.
select
    business_process_name,
    service_reference_variant,
    region,
    party_pseudonym,
    device_type,
    volume_source,
    volume,
    success_count,
    final_count,
    success_pct,
    end_to_end_p50_seconds,
    end_to_end_p95_seconds,
    end_to_end_p99_seconds,
    wan_p50_seconds,
    wan_p95_seconds,
    is_small_cell
from marts.rpt_business_process_performance
where reporting_month = $month
order by business_process, service_reference_variant, region, party_pseudonym, device_type
