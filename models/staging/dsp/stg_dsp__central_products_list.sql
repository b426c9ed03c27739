with

products as (
    select *
    from {{ source('lake', 'central_products_list') }}
),

final as (
    select
        {{ submission_key('central_products_list') }} as submission_key,
        provider,
        period,
        cast(version as integer) as submission_version,
        {{ adapter.quote('Manufacturer') }} as manufacturer,
        {{ adapter.quote('Model') }} as model,
        upper({{ adapter.quote('FirmwareVersion') }}) as firmware_version,
        upper({{ adapter.quote('ImageHash') }}) as image_hash,
        {{ file_name('filename') }} as source_file,
        file_row_number as source_row
    from products
)

select * from final
