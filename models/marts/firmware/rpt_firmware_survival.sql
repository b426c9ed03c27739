{#- CPM 6A, 6B, 6C: docs/measures/cpm_6a_6b_6c.md#cuts; FIR-23 -#}
with

final as (
    select
        measure_id,
        curve_name,
        is_drawn,
        updated_month,
        region,
        device_type,
        day_number,
        waiting_count,
        activated_count,
        censored_count,
        activated_pct,
        measure_difference
    from {{ ref('int_firmware_survival') }}
)

select * from final
