{# What a provider's files can know: an activation of September is not in a file for August. Of the
   DSP it is the inventory that shows activations; its lists of requests do not. #}
with

submissions as (
    select
        submission_key,
        extract,
        provider,
        reporting_month,
        received_at
    from {{ ref('int_submissions_current') }}
),

clock as (
    select as_of_at
    from {{ ref('int_reporting_clock') }}
),

evidence as (
    select
        provider,
        max(
            least(
                received_at,
                {{ to_utc(
                    "cast(reporting_month + interval 1 month as timestamp)",
                    var('reporting_timezone')
                ) }}
            )
        ) as known_until
    from submissions
    where extract in ('firmware_requests', 'comms_hub_firmware', 'device_inventory')
    group by provider
),

final as (
    select
        submissions.submission_key,
        submissions.provider,
        submissions.reporting_month,
        case
            when evidence.known_until is not null then least(evidence.known_until, clock.as_of_at)
        end as known_until
    from submissions
    cross join clock
    left join evidence
        on submissions.provider = evidence.provider
    where
        submissions.extract
        in ('firmware_requests', 'comms_hub_firmware', 'update_firmware_requests')
)

select * from final
