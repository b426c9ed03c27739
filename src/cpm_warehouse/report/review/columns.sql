-- Marts and columns that one of the publications lacks, or whose type is another one: what is gone or retyped breaks
-- whoever reads it.
insert into differences
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

compared as (
    select
        base_columns.data_type as before,
        change_columns.data_type as after,
        coalesce(change_columns.mart, base_columns.mart) as mart,
        coalesce(change_columns.column_name, base_columns.column_name) as column_name,
        coalesce(base_columns.mart, change_columns.mart) in (select base_columns.mart from base_columns) as in_base,
        coalesce(base_columns.mart, change_columns.mart) in (select change_columns.mart from change_columns)
            as in_change
    from base_columns
    full join change_columns
        on
            base_columns.mart = change_columns.mart
            and base_columns.column_name = change_columns.column_name
    where base_columns.data_type is distinct from change_columns.data_type
)

select distinct
    'mart' as part,
    mart as name,
    case when in_base then 'removed' else 'added' end as difference,
    null as key,
    null as column_name,
    null as before,
    null as after,
    null as cause,
    in_base as is_breaking
from compared
where in_base != in_change
union all
select
    'column' as part,
    mart as name,
    case when before is null then 'added' when after is null then 'removed' else 'retyped' end as difference,
    null as key,
    column_name,
    before,
    after,
    null as cause,
    before is not null as is_breaking
from compared
where in_base and in_change
