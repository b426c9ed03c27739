-- What makes the figure? One row per region and provider, those that cost most events first.
select
    region,
    provider,
    basis,
    met_count,
    total_count,
    total_count - met_count as missed_count,
    excluded_count,
    unseen_count,
    100.0 * met_count / nullif(total_count, 0) as result_pct
from marts.fct_measure_outcomes
where
    measure_id = $measure_id
    and variant_id = $variant_id
    and reporting_month = $reporting_month
    and case $scope_type
        when 'region' then region = $scope
        when 'provider' then provider = $scope
        else true
    end
order by missed_count desc, total_count desc, region asc, provider asc, basis asc
