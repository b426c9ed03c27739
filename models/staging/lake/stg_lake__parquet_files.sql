with

parquet_files as (
    select
        file_name,
        num_rows
    from {{ source('lake', 'parquet_files') }}
),

parts as (
    select
        {{ dbt.split_part('file_name', "'/'", -5) }} as extract_name,
        replace({{ dbt.split_part('file_name', "'/'", -4) }}, 'provider=', '') as provider,
        replace({{ dbt.split_part('file_name', "'/'", -3) }}, 'period=', '') as period,
        replace({{ dbt.split_part('file_name', "'/'", -2) }}, 'version=', '') as version_number,
        {{ file_stem('file_name') }} as file_stem,
        num_rows
    from parquet_files
),

final as (
    select
        concat(extract_name, '/', provider, '/', period, '/v', version_number) as submission_key,
        file_stem,
        cast(num_rows as bigint) as lake_rows
    from parts
)

select * from final
