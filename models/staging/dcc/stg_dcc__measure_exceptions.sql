with

exceptions as (
    select *
    from {{ source('lake', 'measure_exceptions') }}
),

final as (
    select
        {{ submission_key('measure_exceptions') }} as submission_key,
        provider,
        period,
        cast(version as integer) as submission_version,
        {{ adapter.quote('Exception Reference') }} as exception_id,
        {{ adapter.quote('Measure') }} as measure_id,
        {{ adapter.quote('Event Reference') }} as event_reference,
        {{ adapter.quote('Reason') }} as exception_reason,
        cast({{ adapter.quote('Window From') }} as timestamp) as window_started_at,
        cast({{ adapter.quote('Window To') }} as timestamp) as window_ended_at,
        cast({{ adapter.quote('Approved On') }} as date) as approved_date,
        {{ file_name('filename') }} as source_file,
        file_row_number as source_row
    from exceptions
)

select * from final
