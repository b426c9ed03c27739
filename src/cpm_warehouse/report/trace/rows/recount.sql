-- What do the rows come to? By Region and basis, and what they were counted as.
select
    region,
    basis,
    counted_as,
    count(*) as row_count,
    cast(sum(met_count) as bigint) as met_count,
    cast(sum(total_count) as bigint) as total_count,
    cast(sum(excluded_count) as bigint) as excluded_count
from collected
group by region, basis, counted_as
order by region, basis, counted_as
