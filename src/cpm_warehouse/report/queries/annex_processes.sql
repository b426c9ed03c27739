-- How did each Business Process do, by Region, SEC Party and device type?
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
where reporting_month = $reporting_month
order by business_process, service_reference_variant, region, party_pseudonym, device_type
