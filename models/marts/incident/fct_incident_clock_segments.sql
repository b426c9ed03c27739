{#- CPM 4, 5, 5A: docs/measures/cpm_4_5_5a.md#clock; INC-01 -#}
with

segments as (
    select *
    from {{ ref('int_incident_clock_segments') }}
),

final as (
    select
        incident_id,
        cast(segment_number as integer) as segment_number,
        cast(reason as {{ dbt.type_string() }}) as reason,
        status,
        status_reason,
        organisation,
        incident_category,
        cast(elapsed_seconds as bigint) as elapsed_seconds,
        is_counted,
        started_at,
        ended_at
    from segments
)

select * from final
