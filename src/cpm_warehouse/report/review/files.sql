-- Files of definitions (models, macros, seeds, tests) that are others, by what each publication
-- says it rests on.
select
    'definition' as part,
    coalesce(change_files.file, base_files.file) as subject,
    case
        when base_files.file is null then 'added'
        when change_files.file is null then 'removed'
        else 'changed'
    end as difference,
    null as row_key,
    null as column_name,
    null as value_before,
    null as value_after,
    null as cause,
    false as is_breaking
from base.publication.definitions as base_files
full join change.publication.definitions as change_files
    on base_files.file = change_files.file
where base_files.sha256 is distinct from change_files.sha256
