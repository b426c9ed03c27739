-- Why is there nothing to count? Every measure has a row for each Region and each provider, also for
-- one that can have no event of it, so that silence is seen. Of whom does it have events, and when?
select
    region,
    provider,
    string_agg(distinct strftime(reporting_month, '%Y-%m') order by reporting_month) as months,
    sum(total_count) as total_count,
    sum(excluded_count) as excluded_count
from marts.fct_measure_outcomes
where
    measure_id = $measure_id
    and variant_id = $variant_id
    and total_count + excluded_count > 0
group by region, provider
order by region, provider
