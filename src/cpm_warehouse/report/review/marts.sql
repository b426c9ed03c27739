-- Marts whose rows differ: how many came, are gone or moved, which columns moved, and five of each
-- as examples. Of a mart without a key every row is one of its own.
with differing as (
    select
        subject as mart,
        difference,
        column_name,
        cause,
        row_key is null as is_without_key,
        coalesce(row_key, concat(value_before, value_after), '') as told_by,
        struct_pack(
            column_name := column_name, before := value_before, after := value_after
        ) as cell
    from differences
    where part = 'row'
),

rows_that_differ as (
    select
        mart,
        difference,
        told_by,
        cause,
        list(column_name order by column_name) filter (where column_name is not null)
            as columns_moved,
        list(cell order by column_name) as cells,
        case when bool_and(is_without_key) then count(*) else 1 end as row_count
    from differing
    group by mart, difference, told_by, cause
),

numbered as (
    select
        *,
        struct_pack(
            difference := difference, row_key := told_by, cause := cause, cells := cells
        ) as example,
        row_number() over (partition by mart, difference order by told_by) as row_number
    from rows_that_differ
)

select
    mart,
    cast(coalesce(sum(row_count) filter (where difference = 'moved'), 0) as bigint) as moved_count,
    cast(coalesce(sum(row_count) filter (where difference = 'gone'), 0) as bigint) as gone_count,
    cast(coalesce(sum(row_count) filter (where difference = 'came'), 0) as bigint) as came_count,
    list_sort(list_distinct(flatten(list(coalesce(columns_moved, []))))) as columns_moved,
    string_agg(distinct cause, ', ' order by cause) as causes,
    list(example order by difference desc, told_by asc) filter (where row_number <= 5) as examples
from numbered
group by mart
order by mart
