-- Marts and columns that one of the publications lacks, or whose type is another one: what is gone
-- or retyped breaks whoever reads it.
with base_columns as (
    select
        table_name as mart,
        column_name,
        data_type
    from duckdb_columns()
    where database_name = 'base' and schema_name = 'marts'
),

change_columns as (
    select
        table_name as mart,
        column_name,
        data_type
    from duckdb_columns()
    where database_name = 'change' and schema_name = 'marts'
),

differing as (
    select
        base_columns.data_type as value_before,
        change_columns.data_type as value_after,
        coalesce(change_columns.mart, base_columns.mart) as mart,
        coalesce(change_columns.column_name, base_columns.column_name) as column_name
    from base_columns
    full join change_columns
        on
            base_columns.mart = change_columns.mart
            and base_columns.column_name = change_columns.column_name
    where base_columns.data_type is distinct from change_columns.data_type
),

placed as (
    select
        *,
        mart in (select base_columns.mart from base_columns) as is_in_base,
        mart in (select change_columns.mart from change_columns) as is_in_change
    from differing
)

select distinct
    'mart' as part,
    mart as subject,
    case when is_in_base then 'removed' else 'added' end as difference,
    null as row_key,
    null as column_name,
    null as value_before,
    null as value_after,
    null as cause,
    is_in_base as is_breaking
from placed
where is_in_base != is_in_change
union all
select
    'column' as part,
    mart as subject,
    case
        when value_before is null then 'added'
        when value_after is null then 'removed'
        else 'retyped'
    end as difference,
    null as row_key,
    column_name,
    value_before,
    value_after,
    null as cause,
    value_before is not null as is_breaking
from placed
where is_in_base and is_in_change
