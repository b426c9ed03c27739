-- Every cut of rpt_firmware_performance (version before and after, manufacturer, region ...) adds
-- up to the national result that is published: no update is in two cells of a cut, and none in no
-- cell.
with

cuts as (
    select
        measure_id,
        variant_id,
        reporting_month,
        cut_id,
        sum(met_count) as met_count,
        sum(total_count) as total_count,
        sum(excluded_count) as excluded_count
    from {{ ref('rpt_firmware_performance') }}
    where basis = 'measured'
    group by measure_id, variant_id, reporting_month, cut_id
),

results as (
    select *
    from {{ ref('fct_measure_results') }}
    where
        measure_id in ('CPM_6A', 'CPM_6B', 'CPM_6C')
        and scope_type = 'national'
        and aggregation = 'pooled'
        and total_count + excluded_count > 0
),

expected as (
    select
        results.measure_id,
        results.variant_id,
        results.reporting_month,
        firmware_cuts.cut_id,
        results.met_count,
        results.total_count,
        results.excluded_count
    from results
    cross join {{ ref('firmware_cuts') }} as firmware_cuts
)

(
    select * from expected
    except
    select
        cuts.measure_id,
        cuts.variant_id,
        cuts.reporting_month,
        cuts.cut_id,
        cuts.met_count,
        cuts.total_count,
        cuts.excluded_count
    from cuts
)
union all
-- One device with one image is one maker's.
select
    device_key as measure_id,
    image_name as variant_id,
    cast(null as date) as reporting_month,
    'two manufacturers' as cut_id,
    count(distinct manufacturer) as met_count,
    0 as total_count,
    0 as excluded_count
from {{ ref('fct_firmware_updates') }}
group by device_key, image_name
having count(distinct manufacturer) > 1
