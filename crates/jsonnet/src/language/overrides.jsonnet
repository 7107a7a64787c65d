
)(std {
  // Each is as the original has it; the library differs in what the comment says.
  // Reads YAML as Kubernetes' tools do: 1.1, not 1.2.
  parseYaml:: function(str)
    if std.isString(str) then std.native("capstan.parseYaml")(str) else error "std.parseYaml: expected string",
  // Text is encoded in UTF-8, not in Latin-1.
  base64:: function(input) std.base64(if std.isString(input) then std.encodeUTF8(input) else input),
  base64Decode:: function(str) std.decodeUTF8(std.base64DecodeBytes(str)),
  // Half is rounded away from zero.
  round:: function(x) if std.isNumber(x) && x < 0 then -std.round(-x) else std.round(x),
  // Takes text too.
  foldl:: function(func, arr, init) std.foldl(func, if std.isString(arr) then std.stringChars(arr) else arr, init),
  foldr:: function(func, arr, init) std.foldr(func, if std.isString(arr) then std.stringChars(arr) else arr, init),
  clamp:: function(x, minVal, maxVal) if x < minVal then minVal else if x > maxVal then maxVal else x,
  // Fewer than none is none.
  repeat:: function(what, count) std.repeat(what, if std.isNumber(count) && count < 0 then 0 else count),
  makeArray:: function(sz, func) std.makeArray(if std.isNumber(sz) && sz < 0 then 0 else sz, func),
})
