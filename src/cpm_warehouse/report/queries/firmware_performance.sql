-- How did firmware do by manufacturer and by versions?
select
    performance.measure_id,
    performance.basis,
    performance.counted_by,
    performance.cut_id,
    performance.manufacturer,
    performance.version_before,
    performance.version_after,
    performance.result_pct,
    performance.met_count,
    performance.total_count,
    performance.open_count,
    performance.seconds_to_activate_median,
    performance.seconds_to_activate_p90
from marts.rpt_firmware_performance as performance
inner join marts.dim_measure_variants as variants
    on
        performance.measure_id = variants.measure_id
        and performance.variant_id = variants.variant_id
where
    variants.is_default
    and performance.cut_id in ('manufacturer', 'version', 'manufacturer_and_version')
    and performance.reporting_month = $reporting_month
order by
    performance.measure_id,
    performance.basis,
    performance.cut_id,
    performance.manufacturer,
    performance.version_before,
    performance.version_after
