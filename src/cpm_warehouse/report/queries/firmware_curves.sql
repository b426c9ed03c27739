-- What do the curves of activated updates end at, beside the measures of the same devices?
with

ends as (
    select
        curve_name,
        measure_id,
        measure_difference,
        max(activated_pct) as activated_pct
    from marts.rpt_firmware_survival
    where region = 'all' and device_type = 'all' and updated_month = $reporting_month
    group by curve_name, measure_id, measure_difference
)

select
    ends.curve_name,
    ends.activated_pct,
    ends.measure_id,
    results.result_pct,
    results.met_count,
    results.total_count,
    ends.measure_difference
from ends
left join marts.fct_measure_results as results
    on
        ends.measure_id = results.measure_id
        and results.reporting_month = $reporting_month
        and results.is_default
        and results.scope_type = 'national'
        and results.aggregation = 'pooled'
        and results.basis = 'measured'
order by ends.curve_name, ends.measure_id
