with

outages as (
    select *
    from {{ source('lake', 'self_service_interface_outages') }}
),

final as (
    select
        {{ submission_key('self_service_interface_outages') }} as submission_key,
        provider,
        period,
        cast(version as integer) as submission_version,
        {{ adapter.quote('Outage From') }} as outage_started_at,
        {{ adapter.quote('Outage To') }} as outage_ended_at,
        {{ adapter.quote('Planned') }} as is_planned,
        {{ adapter.quote('Notified In Time') }} as is_notified_in_time,
        {{ file_name('filename') }} as source_file,
        file_row_number as source_row
    from outages
)

select * from final
