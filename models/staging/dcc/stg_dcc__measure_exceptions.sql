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
        "Exception Reference" as exception_id,
        "Measure" as measure_id,
        "Event Reference" as event_reference,
        "Reason" as exception_reason,
        cast("Window From" as timestamp) as window_started_at,
        cast("Window To" as timestamp) as window_ended_at,
        cast("Approved On" as date) as approved_date,
        {{ file_name('filename') }} as source_file,
        file_row_number as source_row
    from exceptions
)

select * from final
