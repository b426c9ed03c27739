with

steps as (
    select *
    from {{ source('lake', 'comms_hub_firmware') }}
),

final as (
    select
        {{ submission_key('comms_hub_firmware') }} as submission_key,
        provider,
        period,
        cast(version as integer) as submission_version,
        "HUB_ID" as device_id,
        upper("IMAGE_HASH") as image_hash,
        upper("FIRMWARE_VERSION") as firmware_version,
        "STEP" as hub_step,
        "FAILURE_CODE" as failure_code,
        cast("STEP_AT" as timestamp) as step_at,
        {{ file_name('filename') }} as source_file,
        file_row_number as source_row
    from steps
)

select * from final
