-- Marts whose rows differ: how many came, are gone or moved, which columns moved, and five of each as examples.
with rows_that_differ as (
    select
        name as mart,
        difference,
        -- Of a mart without a key every row is one of its own.
        coalesce(key, concat(before, after), '') as row_key,
        cause,
        count(*) as cell_count,
        list(column_name order by column_name) filter (where column_name is not null) as columns_moved,
        list({'column_name': column_name, 'before': before, 'after': after} order by column_name) as cells,
        case when min(key) is null then count(*) else 1 end as row_count
    from differences
    where part = 'row'
    group by name, difference, coalesce(key, concat(before, after), ''), cause
),

numbered as (
    select
        *,
        row_number() over (partition by mart, difference order by row_key) as row_number
    from rows_that_differ
)

select
    mart,
    cast(coalesce(sum(row_count) filter (where difference = 'moved'), 0) as bigint) as moved_count,
    cast(coalesce(sum(row_count) filter (where difference = 'gone'), 0) as bigint) as gone_count,
    cast(coalesce(sum(row_count) filter (where difference = 'came'), 0) as bigint) as came_count,
    list_sort(list_distinct(flatten(list(coalesce(columns_moved, []))))) as columns_moved,
    string_agg(distinct cause, ', ' order by cause) as causes,
    list({'difference': difference, 'key': row_key, 'cause': cause, 'cells': cells} order by difference desc, row_key)
        filter (where row_number <= 5) as examples
from numbered
group by mart
order by mart
