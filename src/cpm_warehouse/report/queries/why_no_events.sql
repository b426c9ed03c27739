-- Why is there nothing to count? Every measure has a row for each Region and each provider, also of
-- one that can have no event of it, so that silence is seen. Whose events does it have, and when?
select
    region,
    provider,
    min(reporting_month) as first_month,
    max(reporting_month) as last_month,
    sum(total_count) as total_count,
    sum(excluded_count) as excluded_count
from marts.fct_measure_outcomes
where
    measure_id = $measure_id
    and variant_id = $variant_id
    and total_count + excluded_count > 0
group by region, provider
order by region, provider
