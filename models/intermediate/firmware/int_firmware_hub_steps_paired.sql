{#- CPM 6A, 6B, 6C: docs/measures/cpm_6a_6b_6c.md#matching; FIR-19 -#}
{# A CSP tells steps, not requests: a FAILED step belongs to the update while the image is under
   way, and to the activation once it was delivered. A request that no step answers is a failed attempt.
   Steps of one instant are in the order in which an update takes them. #}
with

staged as (
    select *
    from {{ ref('stg_providers__comms_hub_firmware') }}
),

step_kinds as (
    select
        hub_step,
        step_kind,
        step_order,
        valid_from,
        valid_to
    from {{ ref('firmware_hub_steps') }}
),

steps as (
    select
        staged.device_id,
        staged.image_hash,
        staged.firmware_version,
        staged.failure_code,
        staged.step_at,
        submissions.submission_key,
        step_kinds.step_kind,
        step_kinds.step_order
    from staged
    {{ current_submissions_only('comms_hub_firmware', 'staged', 'submissions') }}
    inner join step_kinds
        on
            staged.hub_step = step_kinds.hub_step
            and {{ is_valid('step_kinds', 'staged.step_at') }}
),

-- Copies of a step share its place.
placed as (
    select
        *,
        rank() over (
            partition by device_id, image_hash, firmware_version
            order by step_at asc, step_order asc, failure_code asc nulls last
        ) as place
    from steps
),

paired as (
    select
        *,
        {{ last_known("case when step_kind != 'failed' then step_kind end", 'history') }}
            as reached_step_kind,
        first_value(step_kind) over later_steps as next_step_kind,
        first_value(failure_code) over later_steps as next_failure_code
    from placed
    window
        history as (
            partition by device_id, image_hash, firmware_version
            order by place
        ),
        -- By place, not by row: a copy of the step itself is no next step, and copies share theirs.
        later_steps as (
            partition by device_id, image_hash, firmware_version
            order by place
            range between 1 following and unbounded following
        )
),

final as (
    select
        submission_key,
        device_id,
        image_hash,
        firmware_version,
        case
            when step_kind = 'sent' then 'update'
            when step_kind = 'activated' then 'activation'
            when step_kind = 'failed' and reached_step_kind != 'sent' then 'activation'
            when step_kind = 'failed' and reached_step_kind is null then 'activation'
            when
                step_kind = 'activation_requested'
                and coalesce(next_step_kind, 'none') not in ('activated', 'failed')
                then 'activation'
        end as event_kind,
        -- A second sending proves nothing of the first; what came of an update is any other step.
        case
            when step_kind = 'activated' then 'success'
            when step_kind = 'failed' then 'failure'
            when step_kind = 'sent' and next_step_kind = 'failed' then 'failure'
            when step_kind = 'sent' and next_step_kind != 'sent' then 'success'
        end as outcome,
        case
            when step_kind = 'sent' and next_step_kind = 'failed' then next_failure_code
            else failure_code
        end as failure_code,
        step_at
    from paired
)

select *
from final
where event_kind is not null
