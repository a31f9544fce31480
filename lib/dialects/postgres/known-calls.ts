// Functions that a query may call without being more than a query: they compute, look something up, or do what their name says.
// Names only; a function of the project's own that has one of them is taken for the engine's.

const listed = (text: string): readonly string[] => text.trim().split(/\s+/);

/** What changes nothing, or nothing but what its name says: a sequence, a setting, a lock of the session, a wait. */
const DOES_WHAT_IT_SAYS = listed(`
  setval nextval currval lastval set_config pg_sleep pg_sleep_for pg_sleep_until pg_notify random setseed gen_random_uuid
  uuid_generate_v1 uuid_generate_v1mc uuid_generate_v4 uuid_generate_v5 uuidv4 uuidv7 clock_timestamp timeofday
  pg_advisory_lock pg_advisory_unlock pg_advisory_xact_lock pg_try_advisory_lock pg_try_advisory_xact_lock`);

/** What describes the database: inspectors of ORMs ask with these (functions-info.html of the manual). */
const DESCRIBES = listed(`
  version current_setting current_schema current_schemas current_database current_user session_user current_catalog current_role
  pg_backend_pid pg_is_in_recovery pg_my_temp_schema pg_typeof pg_table_size pg_total_relation_size pg_relation_size
  pg_indexes_size pg_database_size pg_size_pretty pg_column_size pg_encoding_to_char pg_char_to_encoding
  pg_sequence_parameters pg_sequence_last_value pg_relation_is_updatable pg_index_column_has_property pg_options_to_table
  pg_inherits pg_partition_root pg_partition_tree pg_partition_ancestors pg_describe_object pg_identify_object
  format_type col_description obj_description shobj_description to_regclass to_regtype to_regproc to_regprocedure
  to_regnamespace to_regrole to_regoper _pg_expandarray txid_current pg_current_xact_id inet_server_addr inet_server_port`);

const DESCRIBES_BY_NAME = /^(?:pg_get_\w+|pg_\w+_is_visible|has_\w+_privilege|pg_has_role)$/;

/** What computes a value from values or rows. */
const COMPUTES = listed(`
  count max min sum avg coalesce greatest least now exists length lower upper initcap concat concat_ws format array_agg
  string_agg json_agg jsonb_agg json_object_agg jsonb_object_agg bool_and bool_or every bit_and bit_or stddev variance mode
  percentile_cont percentile_disc row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value
  nth_value abs round floor ceil ceiling trunc mod power sqrt exp ln log sign div md5 sha224 sha256 sha384 sha512 digest hashtext
  generate_series generate_subscripts unnest substring substr overlay replace translate trim btrim ltrim rtrim lpad rpad
  left right reverse repeat split_part position strpos starts_with ascii chr char_length character_length octet_length
  bit_length encode decode convert_from convert_to quote_ident quote_literal quote_nullable regexp_replace regexp_match
  regexp_matches regexp_count regexp_instr regexp_like regexp_substr regexp_split_to_array regexp_split_to_table
  string_to_array string_to_table array_to_string array_length array_upper array_lower array_ndims array_dims array_append
  array_prepend array_cat array_remove array_replace array_position array_positions array_fill array_to_json cardinality
  any_value to_char to_date to_timestamp to_number to_json to_jsonb row_to_json json_build_object jsonb_build_object
  json_build_array jsonb_build_array json_array_length jsonb_array_length json_array_elements jsonb_array_elements
  json_array_elements_text jsonb_array_elements_text json_each jsonb_each json_each_text jsonb_each_text json_object_keys
  jsonb_object_keys json_typeof jsonb_typeof json_extract_path jsonb_extract_path json_extract_path_text
  jsonb_extract_path_text jsonb_set jsonb_insert jsonb_strip_nulls json_strip_nulls jsonb_pretty jsonb_path_exists
  jsonb_path_query jsonb_path_query_array jsonb_path_query_first jsonb_path_match json_populate_record jsonb_populate_record
  json_to_record jsonb_to_record json_to_recordset jsonb_to_recordset date_trunc date_part date_bin extract age timezone
  isfinite justify_days justify_hours justify_interval make_date make_time make_timestamp make_timestamptz make_interval
  statement_timestamp transaction_timestamp to_tsvector to_tsquery plainto_tsquery phraseto_tsquery websearch_to_tsquery
  setweight ts_rank ts_rank_cd lower_inc upper_inc isempty daterange int4range int8range numrange tsrange tstzrange hstore
  unaccent similarity like_escape similar_to_escape similar_escape overlaps normalize is_normalized pg_collation_for`);

const KNOWN: ReadonlySet<string> = new Set([...DOES_WHAT_IT_SAYS, ...DESCRIBES, ...COMPUTES]);

/** Whether a function's name, with the schema before it where one is written, says all that it does. */
export const isKnownCall = (name: readonly string[]): boolean => {
  const [last = '', schema = 'pg_catalog'] = name.toReversed();
  return KNOWN.has(last) || (schema === 'pg_catalog' && DESCRIBES_BY_NAME.test(last));
};
