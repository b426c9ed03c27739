{# The image that a hash or version names. A hash is known by the Central Products List alone; a
   version names itself, and is known where any product has it. The latest list that has it counts. #}
{{ config(materialized='table') }}

with

requests as (
    select *
    from {{ ref('stg_dsp__update_firmware_requests') }}
),

s1sp_requests as (
    select *
    from {{ ref('stg_providers__firmware_requests') }}
),

hub_steps as (
    select *
    from {{ ref('stg_providers__comms_hub_firmware') }}
),

staged as (
    select *
    from {{ ref('stg_dsp__central_products_list') }}
),

image_names as (
    select coalesce(image_hash, firmware_version) as image_name
    from requests
    union
    select image_hash as image_name
    from s1sp_requests
    union
    select coalesce(image_hash, firmware_version) as image_name
    from hub_steps
),

products as (
    select
        staged.image_hash,
        staged.firmware_version,
        staged.period
    from staged
    {{ current_submissions_only('central_products_list') }}
),

images_by_hash as (
    select
        products.image_hash as image_name,
        max_by(products.firmware_version, products.period) as firmware_version
    from products
    where products.image_hash is not null
    group by products.image_hash
),

product_versions as (
    select distinct firmware_version as image_name
    from products
),

final as (
    select
        {{ text_key('image_names.image_name') }} as image_key,
        image_names.image_name,
        coalesce(images_by_hash.firmware_version, product_versions.image_name) as firmware_version,
        (
            images_by_hash.image_name is null and product_versions.image_name is null
        ) as is_unknown_image
    from image_names
    left join images_by_hash
        on image_names.image_name = images_by_hash.image_name
    left join product_versions
        on image_names.image_name = product_versions.image_name
    where image_names.image_name is not null
)

select * from final
