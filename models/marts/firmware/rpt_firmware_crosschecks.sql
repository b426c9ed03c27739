{#- CPM 6A, 6B, 6C: docs/measures/cpm_6a_6b_6c.md#blind-spots; FIR-11 -#}
with

final as (
    select
        inventory_month,
        generation,
        device_type,
        region,
        agreement,
        device_count
    from {{ ref('int_firmware_inventory_agreement') }}
)

select * from final
