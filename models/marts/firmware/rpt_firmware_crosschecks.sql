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
