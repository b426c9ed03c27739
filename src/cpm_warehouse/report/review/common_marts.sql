-- Marts that both publications have, with the columns that both have, and whether each is of one
-- type in both.
select
    base_columns.table_name as mart,
    list(base_columns.column_name order by base_columns.column_index) as columns_in_both,
    list(base_columns.data_type = change_columns.data_type order by base_columns.column_index)
        as is_alike
from duckdb_columns() as base_columns
inner join duckdb_columns() as change_columns
    on
        base_columns.table_name = change_columns.table_name
        and base_columns.column_name = change_columns.column_name
where
    base_columns.database_name = 'base'
    and base_columns.schema_name = 'marts'
    and change_columns.database_name = 'change'
    and change_columns.schema_name = 'marts'
group by base_columns.table_name
order by base_columns.table_name
