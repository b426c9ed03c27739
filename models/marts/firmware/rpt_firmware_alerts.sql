{#- CPM 6A, 6B, 6C: docs/measures/cpm_6a_6b_6c.md#cuts; FIR-16 -#}
with

final as (
    select
        activated_month,
        generation,
        device_type,
        outcome,
        alert_code,
        activation_count,
        followed_count,
        alert_before_count,
        alert_after_count
    from {{ ref('int_firmware_activation_alerts') }}
)

select * from final
