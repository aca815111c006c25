-- A model made by hand, 'byhand', in which each token's contribution is known: it
-- averages its words' numbers, free 4, offer 2.5, now 1.5, and 0.125, meeting -4, any
-- other 0, and adds that to 'spam' and takes it from 'ham'.
CREATE TABLE IF NOT EXISTS classify_models(name, version, created, labels, options, metrics, weights);
INSERT INTO classify_models
SELECT 'byhand', 1, '', '[]', '{}', '{}', CAST(x'0003000000000000' || CAST(printf('%-768s', '{"__metadata__":{' ||
  '"format":"sqlite-classify 1","tokenize":"","max_tokens":"256","padded_length":"0"},' ||
  '"embedding":{"dtype":"F32","shape":[6,1],"data_offsets":[0,24]},' ||
  '"attention.kernel":{"dtype":"F32","shape":[1],"data_offsets":[24,28]},' ||
  '"output.kernel":{"dtype":"F32","shape":[1,2],"data_offsets":[28,36]},' ||
  '"output.bias":{"dtype":"F32","shape":[2],"data_offsets":[36,44]},' ||
  '"vocabulary.ends":{"dtype":"U32","shape":[5],"data_offsets":[44,64]},' ||
  '"labels.ends":{"dtype":"U32","shape":[2],"data_offsets":[64,72]},' ||
  '"vocabulary.bytes":{"dtype":"U8","shape":[22],"data_offsets":[72,94]},' ||
  '"labels.bytes":{"dtype":"U8","shape":[9],"data_offsets":[94,103]},' ||
  '"labels.kinds":{"dtype":"U8","shape":[2],"data_offsets":[103,105]}}') AS BLOB) ||
  x'0000000000008040000020400000C03F000080C00000003E' || x'00000000' || x'000080BF0000803F' || x'0000000000000000' ||
  x'04000000090000000C0000001300000016000000' || x'0400000009000000' || CAST('freeoffernowmeetingand' AS BLOB) ||
  CAST('thamtspam' AS BLOB) || x'7474' AS BLOB);
