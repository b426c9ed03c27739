-- What was left out, and why? One row per reason.
select
    exclusion_reason,
    count(*) as excluded_count
from marts.fct_incident_outcomes
where
    exclusion_reason is not null
    and measure_id = $measure_id
    and variant_id = $variant_id
    and reporting_month = $reporting_month
    and case $scope_type
        when 'region' then region = $scope
        when 'provider' then provider = $scope
        else true
    end
group by exclusion_reason
order by excluded_count desc, exclusion_reason asc
