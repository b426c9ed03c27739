{#- CPM 3: docs/measures/cpm_3.md#in-and-out; ALT-04 -#}
{# Only the rows are read that landing found to share their key with another (LND-63). The copy that
   stands for most Alerts stays, then the one that says more: what stays is told by what it says, not
   by where it lies. The others are listed, for the cubes to subtract; a submission without any has
   one row of nulls. #}

with

new_submissions as (
    {{ scan_new_submissions('alerts') }}
),

listed_alerts as (
    select staged.*
    from {{ ref('int_alert_repeats_timed') }} as staged
    where
        {{ is_in_new_files('alerts', 'staged') }}
        and staged.device_id is not null
),

repeated as (
    select *
    from listed_alerts
    qualify
        row_number() over (
            partition by
                submission_key,
                alert_kind,
                alert_code,
                device_id,
                raised_at,
                gateway_at,
                sent_at
            order by
                alert_count desc,
                region asc nulls last,
                device_type asc nulls last,
                party_id asc nulls last,
                source_file asc,
                source_row asc
        ) > 1
),

final as (
    select
        new_submissions.submission_key,
        new_submissions.scan_key,
        repeated.source_file,
        repeated.source_row,
        repeated.alert_kind,
        repeated.alert_code,
        repeated.device_type,
        repeated.region,
        repeated.party_id,
        repeated.alert_milliseconds,
        repeated.alert_count,
        repeated.has_reached_gateway,
        repeated.is_delivered,
        repeated.alert_date,
        repeated.alert_month
    from new_submissions
    left join repeated
        on new_submissions.submission_key = repeated.submission_key
)

select * from final
