{#- CPM 4, 5, 5A: docs/measures/cpm_4_5_5a.md#where-it-stands; INC-04, INC-21 -#}
with

incidents as (
    select *
    from {{ ref('int_incidents') }}
),

final as (
    select
        incident_id,
        submission_key,
        submission_keys,
        source_file,
        source_row,
        incident_category,
        incident_category_at_logging,
        status,
        raised_by,
        organisation,
        responsible_party,
        provider,
        region,
        exclusion_reason,
        cast(reopen_count as integer) as reopen_count,
        cast(elapsed_seconds as bigint) as elapsed_seconds,
        cast(counted_seconds as bigint) as counted_seconds,
        cast(target_seconds as bigint) as target_seconds,
        cast(over_target_seconds as bigint) as over_target_seconds,
        cast(response_seconds as bigint) as response_seconds,
        cast(response_target_seconds as bigint) as response_target_seconds,
        is_met,
        is_met_by_working_days,
        is_response_met,
        is_elapsed_only,
        is_open,
        logged_at,
        responded_at,
        due_at,
        working_days_due_at,
        resolved_at,
        ended_at,
        known_until_at
    from incidents
)

select * from final
