{#- CPM 6A, 6B, 6C: docs/measures/cpm_6a_6b_6c.md#matching; FIR-25 -#}
{# The image that a hash or version names. A hash is known by the Central Products List alone; a
   version names itself, and is known where any product has it. The latest list that has it counts,
   and of two versions in one list the higher. #}
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
    {{ current_submissions_only('central_products_list', 'staged', 'submissions') }}
),

images_by_hash as (
    select
        products.image_hash as image_name,
        products.firmware_version
    from products
    where products.image_hash is not null
    qualify
        row_number() over (
            partition by products.image_hash
            order by products.period desc, products.firmware_version desc
        ) = 1
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
